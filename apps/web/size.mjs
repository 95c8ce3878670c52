/**
 * What the first load of the sign-in page weighs: the page, what it names, the lazy chunk of the sign-in page and all that those
 * import statically, compressed as a server sends them. Fails over the budget (issue 2: 120 kB of JavaScript and CSS).
 * Usage: node apps/web/size.mjs [FOLDER]
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const budget = 120_000;
const folder = process.argv[2] ?? join(import.meta.dirname, 'dist/browser');

const read = (name) => readFileSync(join(folder, name), 'utf8');
const index = read('index.html');
const named = [...index.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
const signIn = readdirSync(folder).filter((name) => name.endsWith('.js') && read(name).includes('app-sign-in-page'));
if (signIn.length !== 1) throw new Error(`one chunk should hold the sign-in page, but ${signIn.length} do`);

const found = new Set();
const wanted = [...named, ...signIn];
for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
  if (found.has(name)) continue;
  found.add(name);
  if (!name.endsWith('.js')) continue;
  // Static imports only: `import(…)` has a parenthesis, these have not.
  for (const [, chunk] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(chunk);
}

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
