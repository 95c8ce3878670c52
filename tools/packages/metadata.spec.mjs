import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { entryPoints, pack, publicPackages } from './packages.mjs';

const packages = publicPackages();
/** A program without exports. */
const withoutExports = new Set(['create-usher']);
const required = ['description', 'license', 'repository', 'homepage', 'bugs', 'keywords', 'engines', 'publishConfig'];

let folder;
let archives;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-packages-'));
  archives = pack(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(packages)('$name', ({ name, folder: source, manifest }) => {
  test.each(required)('its package.json has "%s"', (field) => {
    expect(manifest[field]).toBeTruthy();
  });

  test('has the license of the repository', () => {
    expect(readFileSync(join(source, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('its README links only to absolute URLs, because npm shows it outside of the repository', () => {
    const readme = readFileSync(join(source, 'README.md'), 'utf8');
    const targets = [...readme.matchAll(/\]\(([^)#][^)]*)\)/g)].map(([, target]) => target);
    expect(targets.filter((target) => !target.startsWith('https://'))).toEqual([]);
  });

  test('its README names every entry point', () => {
    const readme = readFileSync(join(source, 'README.md'), 'utf8');
    expect(entryPoints({ name, manifest }).filter((entry) => !readme.includes(`\`${entry}\``))).toEqual([]);
  });

  test.skipIf(withoutExports.has(name))('its README names every export in the report of its API', () => {
    const readme = readFileSync(join(source, 'README.md'), 'utf8');
    const report = readFileSync(join(root, 'docs/api', `${basename(source)}.api.md`), 'utf8');
    const entries = [...report.matchAll(/^declare namespace \w+ \{\n {4}export \{\n(.*?)\n {4}\}/gms)];
    const exported = entries.flatMap(([, names]) => names.split(',').map((name) => name.trim().split(' ').at(-1)));
    expect(exported.length).toBeGreaterThan(0);
    expect([...new Set(exported)].filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  test('contains its sources, maps and license, and no tests', () => {
    const files = createPackageFromTarballData(readFileSync(archives.get(name)))
      .listFiles()
      .map((file) => file.replace(`/node_modules/${name}/`, ''));
    expect(files).toContain('LICENSE');
    expect(files.filter((file) => /\.spec(-d)?\./.test(file))).toEqual([]);
    for (const file of files.filter((each) => each.endsWith('.js'))) expect(files).toContain(`${file}.map`);
  });

  test('publint finds nothing to improve', async () => {
    const { buffer: tarball } = Uint8Array.from(readFileSync(archives.get(name)));
    const { messages, pkg } = await publint({ strict: true, pack: { tarball } });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('its types resolve as its code does', async () => {
    const { problems } = await checkPackage(createPackageFromTarballData(readFileSync(archives.get(name))));
    // The packages are ES modules, which `require` loads as well, and have entry points, which `node10` does not support.
    const expected = new Set(['node10', 'node16-cjs']);
    expect(problems.filter(({ resolutionKind }) => !expected.has(resolutionKind))).toEqual([]);
  });
});

test('the versions of all packages are the same', () => {
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1);
});
