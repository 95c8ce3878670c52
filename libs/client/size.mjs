/**
 * What the client costs a page: everything that it exports and what it takes of the protocol, minified, without RxJS, as a
 * server sends it that compresses ahead of time (brotli).
 */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const limitBytes = 5_000;

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('./src/index.ts', import.meta.url))],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  conditions: ['@usher/source'],
  external: ['rxjs'],
  write: false,
});
const [{ contents }] = outputFiles;
const brotli = brotliCompressSync(contents).length;
const gzip = gzipSync(contents, { level: 9 }).length;
console.log(
  `@usher/client without RxJS: ${brotli} bytes of ${limitBytes} (brotli); gzip ${gzip}, raw ${contents.length}`,
);
if (brotli > limitBytes) process.exit(1);
