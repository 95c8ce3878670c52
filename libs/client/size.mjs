/** What the client costs a page: everything that it exports and what it takes of the protocol, minified, without RxJS. */
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
const gzip = gzipSync(contents, { level: 9 }).length;
const brotli = brotliCompressSync(contents).length;
console.log(
  `@usher/client without RxJS: ${contents.length} bytes, ${gzip} gzip, ${brotli} brotli; the limit is ${limitBytes} gzip`,
);
if (gzip > limitBytes) process.exit(1);
