/**
 * Measures the size of the client in a page: minified, without RxJS, compressed with brotli. Fails if an entry point exceeds its
 * limit. `index` includes the code of the protocol. `rooms` and `session` are measured without the files that `index` includes.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('./src/', import.meta.url));

/** Bundles an entry point without the given files and logs its size. Returns the bundled files. */
async function measure(entry, limitBytes, without = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${folder}${entry}.ts`],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    conditions: ['@usher/source'],
    external: ['rxjs'],
    write: false,
    metafile: true,
    absWorkingDir: folder,
    plugins: [
      {
        name: 'without',
        setup(bundler) {
          bundler.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
            const file = relative(folder, fileURLToPath(new URL(path, `file://${resolveDir}/`)));
            return without.includes(file) ? { path: file, external: true } : undefined;
          });
        },
      },
    ],
  });
  const [{ contents }] = outputFiles;
  const brotli = brotliCompressSync(contents).length;
  const gzip = gzipSync(contents, { level: 9 }).length;
  console.log(`${entry} without RxJS: ${brotli} bytes of ${limitBytes} (brotli); gzip ${gzip}, raw ${contents.length}`);
  if (brotli > limitBytes) process.exitCode = 1;
  return Object.keys(metafile.inputs);
}

const files = await measure('index', 3_900);
await measure('rooms', 4_600, files);
await measure('session', 2_750, files);
