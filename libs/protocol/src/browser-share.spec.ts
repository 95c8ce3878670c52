import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What a browser gets of an entry point, minified; without `names` all that it exports. */
async function bundle(entry: 'index' | 'server', names: readonly string[] = []) {
  const what = names.length === 0 ? '*' : `{ ${names.join(', ')} }`;
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export ${what} from './${entry}.ts';`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  const text = outputFiles.map((file) => file.text).join('');
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { text, gzipBytes: gzipSync(text).length, parts };
}

const generatesCode = /\bFunction\s*\(|\beval\b/;

test('nothing of the browser’s entry point pulls a schema or generates code', async () => {
  const { text, parts } = await bundle('index');
  expect(parts.filter((path) => path.includes('node_modules'))).toEqual([]);
  expect(generatesCode.test(text)).toBe(false);
  expect(text).not.toMatch(/typebox/i);
});

test('all of it is less than 1.7 kB compressed', async () => {
  const { gzipBytes } = await bundle('index');
  expect(gzipBytes).toBeLessThan(1_700);
});

test('what a client needs of it carries neither the titles of problems nor the reasons of close codes', async () => {
  const { text, gzipBytes } = await bundle('index', ['comesBack', 'isProblem', 'isRequestId', 'parseFrame']);
  expect(text).not.toContain('Wrong user name or password');
  expect(text).not.toContain('closed normally');
  expect(gzipBytes).toBeLessThan(700);
  const { gzipBytes: alone } = await bundle('index', ['comesBack']);
  expect(alone).toBeLessThan(120);
});

test('these checks would see the server’s entry point', async () => {
  const { text, gzipBytes, parts } = await bundle('server');
  expect(parts.some((path) => path.includes('node_modules/typebox'))).toBe(true);
  expect(generatesCode.test(text)).toBe(true);
  expect(gzipBytes).toBeGreaterThan(1_600);
});
