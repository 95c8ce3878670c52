/**
 * Measures the size of the client in a page: minified, without RxJS, compressed with gzip. Fails if an entry point exceeds its limit.
 * `index` includes the code of the protocol. `rooms` and `session` are what they add to a page that already includes `index`.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('./src/', import.meta.url));

/** Returns the size in bytes of a bundle with all exports of these entry points. */
async function sizeOf(...entries) {
  const { outputFiles } = await build({
    stdin: { contents: entries.map((entry) => `export * from './${entry}.ts';`).join(''), resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    conditions: ['@usher/source'],
    external: ['rxjs'],
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

function check(entry, bytes, limit) {
  console.log(`${entry} without RxJS: ${bytes} bytes of ${limit} (gzip)`);
  if (bytes > limit) process.exitCode = 1;
}

const index = await sizeOf('index');
check('index', index, 4_700);
for (const [entry, limit] of Object.entries({ rooms: 4_980, session: 2_250 })) {
  check(entry, (await sizeOf('index', entry)) - index, limit);
}
