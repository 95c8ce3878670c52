import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { templates } from './create-project.ts';
import { run } from './run.ts';

const library = join(import.meta.dirname, '..');
let folder: string;
let source: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-usher-'));
  source = join(folder, 'templates');
  execFileSync(process.execPath, [join(library, 'build-templates.mjs'), source]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string) => readFileSync(join(folder, path), 'utf8');

describe.each(templates)('the template %s', (template) => {
  const name = `with-${template}`;
  beforeAll(() => {
    expect(run([join(folder, name), '--template', template], source)).toMatchObject({ ok: true });
  });

  test('has the name of its folder, and every file of the minimal example', () => {
    expect(JSON.parse(read(`${name}/package.json`))).toMatchObject({ name, private: true });
    const example = join(library, '../../examples/minimal');
    const files = globSync('{src,server}/**/*.*', { cwd: example }).sort();
    expect(files.length).toBeGreaterThan(8);
    expect(globSync('{src,server}/**/*.*', { cwd: join(folder, name) }).sort()).toEqual(files);
    expect(read(`${name}/.gitignore`)).toContain('/node_modules');
  });

  test('has a server of at most 30 lines', () => {
    const lines = read(`${name}/server/server.ts`).split('\n');
    const code = lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    expect(code.length).toBeLessThanOrEqual(30);
  });

  test('declares every package that its files import', () => {
    const { dependencies } = JSON.parse(read(`${name}/package.json`)) as { dependencies: Record<string, string> };
    const sources = globSync('{src,server}/**/*.ts', { cwd: join(folder, name) });
    const imported = sources.flatMap((file) => [...read(`${name}/${file}`).matchAll(/ from '([^.'][^']*)'/g)]);
    const packages = imported.flatMap(([, path = '']) => (path.startsWith('node:') ? [] : [packageOf(path)]));
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...new Set(packages)]));
    expect('fastify' in dependencies).toBe(template === 'fastify');
  });
});

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

test('prints the next steps', () => {
  const { text } = run([join(folder, 'steps')], source);
  expect(text).toContain(`cd ${join(folder, 'steps')}\n  npm install\n  npm start`);
});

test('--help prints the usage and creates nothing', () => {
  expect(run(['--help'], source)).toEqual({
    ok: true,
    text: expect.stringContaining('Usage: npm create usher') as string,
  });
});

test('a folder that contains only .git counts as empty', () => {
  mkdirSync(join(folder, 'cloned/.git'), { recursive: true });
  expect(run([join(folder, 'cloned')], source)).toMatchObject({ ok: true });
});

test('does not change a folder that is not empty', () => {
  mkdirSync(join(folder, 'full'));
  writeFileSync(join(folder, 'full/note.txt'), 'mine');
  const { ok, text } = run([join(folder, 'full')], source);
  expect(ok).toBe(false);
  expect(text).toContain('full is not empty');
  expect(globSync('*', { cwd: join(folder, 'full') })).toEqual(['note.txt']);
});

test.each([
  [['My App'], 'invalid name "My App"'],
  [['a', 'b'], 'unexpected argument "b"'],
  [['a', '--template', 'koa'], 'unknown template "koa": must be fastify, express, node'],
  [['--unknown'], "Unknown option '--unknown'"],
])('rejects %j', (args, message) => {
  const { ok, text } = run(args, source);
  expect(ok).toBe(false);
  expect(text).toContain(message);
  expect(text).toContain('Usage:');
});
