/** Installs the packed packages into copies of the examples, starts their servers, and exchanges messages with their clients. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PostgresServer } from '@usher/test-servers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { root } from '../install.mjs';
import { pack } from '../packages/packages.mjs';
import { copyExample, installArgs, overridesFor, useArchives } from './copies.mjs';
import { start, startServer } from './programs.mjs';

const run = promisify(execFile);
/** `npm run examples:check` runs the parts that Angular builds. */
const needsAngular = new Set(['ssr']);
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !needsAngular.has(entry.name))
  .map(({ name }) => name);
const ofAngular = /^@angular\/|^@usher\/angular$|^concurrently$/;

let folder;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-examples-'));
  mkdirSync(join(folder, 'archives'));
  const archives = pack(join(folder, 'archives'));
  for (const name of examples) {
    copyExample(name, join(folder, name));
    useArchives(join(folder, name), archives, (dependency) => !ofAngular.test(dependency));
  }
  const manifest = { private: true, type: 'module', workspaces: examples, overrides: overridesFor(archives) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', installArgs, { cwd: folder });
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function server(name, args = ['server.ts'], env = {}) {
  const { program, url } = await startServer(args, { cwd: join(folder, name), env });
  onTestFinished(() => program.stop());
  return url;
}

function client(...args) {
  const program = start(['client.ts', ...args], { cwd: join(folder, 'node-client') });
  onTestFinished(() => program.stop());
  return program;
}

test('the programs compile', async () => {
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'node-client/tsconfig.json'), 'utf8'));
  const include = examples
    .filter((name) => name !== 'nest')
    .map((name) => `${name}/${name === 'minimal' ? 'server/' : ''}*.ts`);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const output = await run(join(folder, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: folder }).then(
    () => '',
    ({ stdout }) => stdout,
  );
  expect(output).toBe('');
}, 120_000);

test.each([
  ['minimal', ['server/server.ts']],
  ['express', ['server.ts']],
  ['node-http', ['server.ts']],
  ['nest', ['dist/main.js']],
])(
  'two users of the example %s exchange messages',
  async (name, args) => {
    if (name === 'nest') await run(join(folder, 'node_modules/.bin/tsc'), [], { cwd: join(folder, name) });
    const url = await server(name, args);
    const [ann, bob] = ['ann', 'bob'].map((user) => client(url, user, 'secret'));
    await Promise.all([ann.prints(/^open/m), bob.prints(/^open/m)]);
    ann.write('hello from ann');
    await bob.prints(/^ann: hello from ann$/m);
    bob.write('hello from bob');
    await ann.prints(/^bob: hello from bob$/m);
    expect([await ann.end(), await bob.end()]).toEqual([0, 0]);
    const stranger = client(url, 'ann', 'wrong');
    await stranger.prints(/sign-in failed with status 401/);
    expect(await stranger.end()).toBe(1);
  },
  120_000,
);

test('the example node-client sends all lines before it ends', async () => {
  const url = await server('express');
  const ann = client(url, 'ann', 'secret');
  for (const line of ['one', 'two', 'three']) ann.write(line);
  expect(await ann.end()).toBe(0);
  const bob = client(url, 'bob', 'secret');
  await bob.prints(/^ann: one\nann: two\nann: three$/m);
});

test('the example own-protocol has typed requests, events and errors', async () => {
  const url = await server('own-protocol');
  const program = start(['client.ts', url, 'tea', 'milk'], { cwd: join(folder, 'own-protocol') });
  onTestFinished(() => program.stop());
  await program.prints(/^tea costs 3 now$/m);
  await program.prints(/^order 1: tea$/m);
  await program.prints(/^milk: sold_out$/m);
  expect(await program.end()).toBe(0);
});

test('the example backend-publish delivers the message of a committed transaction once', async () => {
  const postgres = await PostgresServer.start();
  onTestFinished(() => postgres.stop());
  const env = { DATABASE_URL: await postgres.newDatabaseUrl() };
  const url = await server('backend-publish', ['server.ts'], env);
  const ann = client(url, 'ann', 'secret', 'orders');
  await ann.prints(/^open/m);
  const order = (number) =>
    run(process.execPath, ['order.ts', number], {
      cwd: join(folder, 'backend-publish'),
      env: { ...process.env, ...env },
    });
  await order('4711');
  await order('4711');
  await order('4712');
  const [all] = await ann.prints(/system: [^]*4712 has arrived/);
  expect(all.match(/system: .*/g)).toEqual(['system: Order 4711 has arrived', 'system: Order 4712 has arrived']);
}, 120_000);
