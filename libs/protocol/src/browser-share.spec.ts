import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Bundles and minifies an entry point for the browser. `names` limits the bundle to these exports; defaults to all of them. */
async function bundle(entry: 'index' | 'server', names: readonly string[] = []) {
  const exported = names.length === 0 ? '*' : `{ ${names.join(', ')} }`;
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export ${exported} from './${entry}.ts';`,
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
  const inputPaths = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { text, gzipBytes: gzipSync(text).length, inputPaths };
}

const generatesCode = /\bFunction\s*\(|\beval\b/;

test('the browser entry point contains no schema and no code generation', async () => {
  const { text, inputPaths } = await bundle('index');
  expect(inputPaths.filter((path) => path.includes('node_modules'))).toEqual([]);
  expect(generatesCode.test(text)).toBe(false);
  expect(text).not.toMatch(/typebox/i);
});

test('the browser entry point is smaller than 1.7 kB compressed', async () => {
  const { gzipBytes } = await bundle('index');
  expect(gzipBytes).toBeLessThan(1_700);
});

test('the exports that a client uses include neither problem titles nor close reasons', async () => {
  const { text, gzipBytes } = await bundle('index', ['shouldReconnect', 'isProblem', 'isRequestId', 'parseFrame']);
  expect(text).not.toContain('Wrong user name or password');
  expect(text).not.toContain('closed normally');
  expect(gzipBytes).toBeLessThan(700);
  const { gzipBytes: comesBackBytes } = await bundle('index', ['shouldReconnect']);
  expect(comesBackBytes).toBeLessThan(120);
});

test('the same checks detect schemas and code generation in the server entry point', async () => {
  const { text, gzipBytes, inputPaths } = await bundle('server');
  expect(inputPaths.some((path) => path.includes('node_modules/typebox'))).toBe(true);
  expect(generatesCode.test(text)).toBe(true);
  expect(gzipBytes).toBeGreaterThan(1_600);
});
