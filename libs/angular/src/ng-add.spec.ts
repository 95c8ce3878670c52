import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SchematicTestRunner, type UnitTestTree } from '@angular-devkit/schematics/testing/index.js';
import { beforeAll, describe, expect, test } from 'vitest';

const library = join(import.meta.dirname, '..');
const built = join(library, 'test-results/schematics');
const { resolve } = createRequire(import.meta.url);
const angular = new SchematicTestRunner(
  '@schematics/angular',
  join(resolve('@schematics/angular/package.json'), '../collection.json'),
);
let usher: SchematicTestRunner;

beforeAll(() => {
  execFileSync(process.execPath, [join(library, 'build-schematics.mjs'), built]);
  usher = new SchematicTestRunner('@usher/angular', join(built, 'collection.json'));
});

/** The workspace of `ng new`, with one application. */
async function newWorkspace(options: object = {}): Promise<UnitTestTree> {
  const workspace = await angular.runSchematic('workspace', {
    name: 'w',
    version: '22.0.0',
    newProjectRoot: 'projects',
  });
  return angular.runSchematic(
    'application',
    { name: 'shop', projectRoot: '', skipInstall: true, ...options },
    workspace,
  );
}

const add = (tree: UnitTestTree, options: object = {}) => usher.runSchematic('ng-add', options, tree);
const config = 'src/app/app.config.ts';
const providersOf = (tree: UnitTestTree, file = config) =>
  /providers: \[(.*?)\n {2}\]/s.exec(tree.readText(file))?.[1]?.replaceAll(/\s+/g, ' ').trim();
const serveOf = (tree: UnitTestTree) =>
  (tree.readJson('angular.json') as { projects: Record<string, { architect: { serve: { options?: object } } }> })
    .projects['shop']?.architect.serve.options;

describe('in a new application', () => {
  let tree: UnitTestTree;
  beforeAll(async () => {
    tree = await add(await newWorkspace());
  });

  test('adds the providers with their imports', () => {
    const text = tree.readText(config);
    expect(text).toContain('    provideHttpClient(withInterceptors([usherBearer])),\n');
    expect(text).toContain('    provideUsher(() => ({ token: inject(AccessToken).value }))');
    expect(text).toMatch(/import { .*\binject\b.* } from '@angular\/core';/);
    expect(text).toContain("import { provideHttpClient, withInterceptors } from '@angular/common/http';");
    expect(text).toContain("import { usherBearer, provideUsher } from '@usher/angular';");
    expect(text).toContain("import { AccessToken } from './access-token';");
  });

  test('lets ng serve forward /api, with upgrades', () => {
    expect(tree.readJson('src/proxy.conf.json')).toEqual({ '/api': { target: 'http://127.0.0.1:3000', ws: true } });
    expect(serveOf(tree)).toEqual({ proxyConfig: 'src/proxy.conf.json' });
  });

  test('adds a component with the prefix of the application', () => {
    const text = tree.readText('src/app/live-room/live-room.ts');
    expect(text).toContain("selector: 'app-live-room'");
    expect(text).toContain("room('general')");
    expect(tree.exists('src/app/access-token.ts')).toBe(true);
  });

  test('changes nothing the second time', async () => {
    const before = new Map(tree.files.map((file) => [file, tree.read(file)]));
    const again = await add(tree);
    expect(new Map(again.files.map((file) => [file, again.read(file)]))).toEqual(before);
  });
});

test('prints the next steps', async () => {
  const lines: string[] = [];
  const subscription = usher.logger.subscribe(({ message }) => lines.push(message));
  await add(await newWorkspace());
  subscription.unsubscribe();
  expect(lines.join('\n')).toMatch(/inject\(AccessToken\)\.value\.set\(token\).*src\/app\/access-token\.ts/);
});

test('uses the options', async () => {
  const tree = await add(await newWorkspace(), { room: 'support', server: 'https://dev.example.org:8443' });
  expect(tree.readText('src/app/live-room/live-room.ts')).toContain("room('support')");
  expect(tree.readJson('src/proxy.conf.json')).toMatchObject({ '/api': { target: 'https://dev.example.org:8443' } });
});

test.each([{ room: "it's" }, { server: 'localhost:3000' }, { unknown: 1 }])('rejects %o', async (options) => {
  await expect(add(await newWorkspace(), options)).rejects.toThrow('Schematic input does not validate');
});

describe('an existing HTTP client', () => {
  test.each([
    ['provideHttpClient()', 'provideHttpClient(withInterceptors([usherBearer]))'],
    ['provideHttpClient(withFetch())', 'provideHttpClient(withInterceptors([usherBearer]), withFetch())'],
    ['provideHttpClient(withInterceptors([]))', 'provideHttpClient(withInterceptors([usherBearer]))'],
    ['provideHttpClient(withInterceptors([own]))', 'provideHttpClient(withInterceptors([usherBearer, own]))'],
    ['provideHttpClient(withInterceptors([usherBearer]))', 'provideHttpClient(withInterceptors([usherBearer]))'],
  ])('%s becomes %s', async (before, after) => {
    const tree = await newWorkspace();
    tree.overwrite(config, tree.readText(config).replace('providers: [', `providers: [\n    ${before},`));
    const added = await add(tree);
    expect(providersOf(added)).toContain(`${after},`);
    expect(added.readText(config).match(/provideHttpClient\(/g)).toHaveLength(1);
    if (before === after) return;
    expect(added.readText(config)).toMatch(/import { withInterceptors } from '@angular\/common\/http'/);
    expect(added.readText(config)).toMatch(/import { .*\busherBearer\b.* } from '@usher\/angular'/);
  });
});

describe('an existing proxy configuration', () => {
  async function withProxy(file: string, text: string) {
    const tree = await newWorkspace();
    const workspace = tree.readJson('angular.json') as {
      projects: { shop: { architect: { serve: { options?: object } } } };
    };
    workspace.projects.shop.architect.serve.options = { proxyConfig: file };
    tree.overwrite('angular.json', JSON.stringify(workspace));
    tree.create(file, text);
    const warnings: string[] = [];
    const subscription = usher.logger.subscribe(({ level, message }) => {
      if (level === 'warn') warnings.push(message);
    });
    const added = await add(tree);
    subscription.unsubscribe();
    return { added, warnings };
  }

  test.each([
    ['{}', { '/api': { target: 'http://127.0.0.1:3000', ws: true } }],
    ['{"/api/**": {"target": "http://a"}}', { '/api/**': { target: 'http://a', ws: true } }],
    [
      '{"/auth": {"target": "http://a"}}',
      { '/auth': { target: 'http://a' }, '/api': { target: 'http://127.0.0.1:3000', ws: true } },
    ],
  ])('%s is extended', async (text, expected) => {
    const { added, warnings } = await withProxy('proxy.json', text);
    expect(added.readJson('proxy.json')).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['proxy.conf.mjs', 'export default {};'],
    ['proxy.conf.json', '[]'],
  ])('%s with %s stays as it is, and a warning says what is missing', async (file, text) => {
    const { added, warnings } = await withProxy(file, text);
    expect(added.readText(file)).toBe(text);
    expect(warnings).toEqual([expect.stringMatching(/cannot change the proxy configuration .*"ws": true/)]);
  });
});

test('adds the providers to the module of an application without standalone bootstrap', async () => {
  const tree = await add(await newWorkspace({ standalone: false }));
  const module = tree.files.find((file) => /app[.-]module\.ts$/.test(file)) ?? '';
  expect(tree.readText(module)).toMatch(/provideHttpClient\(withInterceptors\(\[usherBearer\]\)\)/);
  expect(tree.readText(module)).toMatch(/provideUsher\(\(\) => \({ token: inject\(AccessToken\)\.value }\)\)/);
});

test('several applications require --project', async () => {
  const tree = await angular.runSchematic('application', { name: 'admin', skipInstall: true }, await newWorkspace());
  await expect(add(tree)).rejects.toThrow('specify the application with --project; this workspace has: shop, admin');
  const added = await add(tree, { project: 'admin' });
  expect(added.exists('projects/admin/src/app/live-room/live-room.ts')).toBe(true);
  expect(added.readJson('angular.json')).toMatchObject({
    projects: { admin: { architect: { serve: { options: { proxyConfig: 'projects/admin/src/proxy.conf.json' } } } } },
  });
});
