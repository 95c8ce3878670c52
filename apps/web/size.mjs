/**
 * Prints the compressed size of the first load of the sign-in page: the scripts and styles that the page references, and their static
 * imports. Fails if the JavaScript exceeds its budget.
 * Usage: node apps/web/size.mjs [FOLDER]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chunksOf } from '../../tools/chunks.mjs';

/** The maximum size of the JavaScript in bytes, compressed with gzip. */
const budget = 110_000;
const folder = process.argv[2] ?? join(import.meta.dirname, 'dist/browser');

const chunks = chunksOf(folder);
let javascript = 0;
for (const name of [...chunks.withImports(chunks.named)].sort()) {
  const bytes = readFileSync(join(folder, name));
  const gzip = gzipSync(bytes, { level: 9 }).length;
  const brotli = brotliCompressSync(bytes).length;
  if (name.endsWith('.js')) javascript += gzip;
  process.stdout.write(`${String(gzip).padStart(8)} gzip ${String(brotli).padStart(8)} brotli  ${name}\n`);
}
process.stdout.write(`${String(javascript).padStart(8)} gzip  JavaScript of the sign-in page; at most ${budget}\n`);
if (javascript > budget) {
  process.stderr.write(`The sign-in page is ${javascript - budget} bytes over its budget.\n`);
  process.exitCode = 1;
}
