import { build } from 'esbuild';
import { roomName } from '@usher/protocol/server';
import { expect, test } from 'vitest';
import { loadWs, requireNode, roomPattern } from './validate.ts';

test('the error for an old Node names the version and the requirement', () => {
  expect(() => {
    requireNode('20.19.0');
  }).toThrow('Node 20.19.0 is too old: @usher/server requires Node 22 or later');
  requireNode('22.0.0');
  requireNode();
});

test('the error for a missing package ws says how to install it', async () => {
  const missing = 'a-package-that-does-not-exist';
  await expect(loadWs(() => import(missing) as never)).rejects.toThrow(
    'the package ws is not installed: run "npm install ws"',
  );
});

test('any other error of the package ws is not hidden', async () => {
  await expect(loadWs(() => Promise.reject(new SyntaxError('broken')))).rejects.toThrow('broken');
});

test('the names of rooms follow the protocol', () => {
  expect(roomName).toMatchObject({ pattern: roomPattern.source });
});

test.each([
  ['index', []],
  ['fastify', ['fastify-plugin']],
  ['express', []],
  ['hono', []],
  ['nest', ['@nestjs/common', '@nestjs/core']],
])('the entry point %s loads no optional package but %j', async (entry, allowed) => {
  const { metafile } = await build({
    entryPoints: [new URL(`../${entry}.ts`, import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@usher/source'],
    external: ['ws'],
    plugins: [
      {
        name: 'keep packages external',
        setup: (esbuild) => {
          esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@usher/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = new Set(imports.map(({ path }) => path).filter((path) => !path.startsWith('node:')));
  const required = ['@fastify/proxy-addr', 'typebox', 'typebox/compile', 'ws'];
  expect([...packages].filter((path) => !required.includes(path)).sort()).toEqual(allowed);
});
