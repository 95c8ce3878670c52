/**
 * What the first load of the sign-in page weighs: the page, what it names, the lazy chunk of the sign-in page and all that those
 * import statically, compressed as a server sends them. Fails over the budget (issue 2: 120 kB of JavaScript and CSS).
 * Usage: node apps/web/size.mjs [FOLDER]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chunksOf } from '../../tools/chunks.mjs';

const budget = 120_000;
const folder = process.argv[2] ?? join(import.meta.dirname, 'dist/browser');

const chunks = chunksOf(folder);
const found = chunks.withImports([...chunks.named, chunks.of('app-sign-in-page')]);

let brotli = 0;
let gzip = 0;
for (const name of [...found].sort()) {
  const bytes = readFileSync(join(folder, name));
  const sizes = { brotli: brotliCompressSync(bytes).length, gzip: gzipSync(bytes, { level: 9 }).length };
  brotli += sizes.brotli;
  gzip += sizes.gzip;
  process.stdout.write(`${String(sizes.gzip).padStart(8)} gzip ${String(sizes.brotli).padStart(8)} brotli  ${name}\n`);
}
process.stdout.write(
  `${String(gzip).padStart(8)} gzip ${String(brotli).padStart(8)} brotli  first load of the sign-in page; at most ${budget} gzip\n`,
);
if (gzip > budget) {
  process.stderr.write(`The sign-in page is ${gzip - budget} bytes over its budget.\n`);
  process.exitCode = 1;
}
