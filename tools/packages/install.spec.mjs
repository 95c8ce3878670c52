/** Installs the packed packages as a user does, in an empty folder, and loads and compiles every entry point. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryPoints, pack, publicPackages } from './packages.mjs';

const run = promisify(execFile);
const packages = publicPackages();
/** The contract suites register tests when they are loaded, and the hints print for developers. */
const entries = packages.flatMap(entryPoints).filter((entry) => !entry.endsWith('/testing'));
/** Loading Angular outside of an Angular application requires its compiler. */
const loaded = entries.filter((entry) => !entry.startsWith('@usher/angular'));

/** The peer dependencies of the packages, and the dependencies of this test. */
const peers = {
  ...Object.assign({}, ...packages.map(({ manifest }) => manifest.peerDependencies)),
  // Some ranges allow several major versions.
  '@angular/common': '^22.0.0',
  '@angular/core': '^22.0.0',
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@types/express': '^5.0.0',
  '@types/node': '^24.0.0',
  '@types/pg': '^8.0.0',
  '@types/ws': '^8.0.0',
  'reflect-metadata': '^0.2.0',
  node22: 'npm:node@22',
  typescript54: 'npm:typescript@5.4',
  typescript56: 'npm:typescript@5.6',
  typescript58: 'npm:typescript@5.8',
  typescript59: 'npm:typescript@5.9',
  typescript60: 'npm:typescript@6.0',
};

/** The workflow also compiles with the older versions. */
const compilers = [
  ['typescript60', 'nodenext', true],
  ...(process.env.ALL_TYPESCRIPT_VERSIONS === 'true'
    ? [
        ['typescript60', 'bundler', false],
        ['typescript59', 'nodenext', true],
        ['typescript58', 'nodenext', true],
        ['typescript56', 'nodenext', true],
        ['typescript54', 'nodenext', true],
      ]
    : []),
];

let folder;
let archives;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-install-'));
  archives = pack(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Creates a project with all packages as dependencies, and resolves to its folder. */
async function project(manager, install) {
  const path = join(folder, manager);
  mkdirSync(path);
  const files = Object.fromEntries([...archives].map(([name, file]) => [name, `file:${file}`]));
  const manifest = {
    name: 'fresh',
    private: true,
    type: 'module',
    dependencies: { ...files, ...peers },
    // The archives depend on each other by version, and are not in a registry.
    overrides: files,
  };
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  // JSON is YAML.
  writeFileSync(join(path, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: files, allowBuilds: { node: true } }));
  await run(install[0], install.slice(1), { cwd: path });
  return path;
}

describe.each([
  ['npm', ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']],
  ['pnpm', ['npx', '--yes', 'pnpm@12', 'install', '--prefer-offline', '--reporter=silent']],
])('installed with %s', (manager, install) => {
  let path;
  beforeAll(async () => {
    path = await project(manager, install);
  }, 180_000);

  test('every entry point is loaded by import and by require', async () => {
    writeFileSync(join(path, 'load.mjs'), `for (const entry of ${JSON.stringify(loaded)}) await import(entry);\n`);
    writeFileSync(join(path, 'load.cjs'), `for (const entry of ${JSON.stringify(loaded)}) require(entry);\n`);
    const nodes = [process.execPath, join(path, 'node_modules/node22/bin/node')];
    for (const node of nodes) {
      await run(node, ['load.mjs'], { cwd: path });
      await run(node, ['--no-warnings', 'load.cjs'], { cwd: path });
    }
  });

  test.runIf(manager === 'npm').each(compilers)(
    'every entry point compiles with %s, %s, exactOptionalPropertyTypes %s',
    async (typescript, resolution, exact) => {
      const source = entries.map((entry, n) => `export * as e${n} from '${entry}';\n`).join('');
      writeFileSync(join(path, 'all.ts'), source);
      const args = [join(import.meta.dirname, 'compile.mjs'), typescript, resolution, String(exact)];
      const { stdout } = await run(process.execPath, args, { cwd: path });
      expect(stdout).toBe('');
    },
    180_000,
  );
});
