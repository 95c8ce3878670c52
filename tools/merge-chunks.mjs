/**
 * Merges the chunks that the browser always loads together, because each file costs a request, and HTTP/1.1 allows six at a time: one
 * chunk for the static imports of the entry, and one for the shell with the room page.
 * Usage: node tools/merge-chunks.mjs FOLDER
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { rolldown } from 'rolldown';
import { chunksOf } from './chunks.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/merge-chunks.mjs FOLDER');

const chunks = chunksOf(folder);
const entry = chunks.named.find((name) => name.startsWith('main-'));
if (entry === undefined) throw new Error('index.html should name main-*.js');
const first = chunks.withImports([entry]);
const signedIn = chunks.withImports(['app-shell', 'app-room-page'].map(chunks.of));
const groupOf = (name) =>
  name === entry ? undefined : first.has(name) ? 'first' : signedIn.has(name) ? 'signed-in' : undefined;

const bundle = await rolldown({ input: { main: join(folder, entry) }, preserveEntrySignatures: 'allow-extension' });
const { output } = await bundle.generate({
  // The build has minified the chunks. This only removes the whitespace again.
  minify: { mangle: false, compress: false },
  entryFileNames: '[name]-[hash].js',
  chunkFileNames: 'chunk-[hash].js',
  codeSplitting: {
    includeDependenciesRecursively: false,
    // Rolldown's own helper functions have an id that is no path.
    groups: [
      { debugName: 'loaded together', name: (id) => (isAbsolute(id) ? groupOf(basename(id)) : 'first') ?? null },
    ],
  },
});
await bundle.close();

const page = join(folder, 'index.html');
const html = readFileSync(page, 'utf8').replace(/<link rel="modulepreload"[^>]*>/g, '');
for (const id of output.flatMap(({ moduleIds }) => moduleIds)) if (isAbsolute(id)) rmSync(id);
for (const { fileName, code } of output) writeFileSync(join(folder, fileName), code);

const main = output.find(({ isEntry }) => isEntry);
const preloads = main.imports.map((name) => `<link rel="modulepreload" href="${name}">`).join('');
const tag = `<script src="${entry}"`;
if (!html.includes(tag)) throw new Error(`index.html should have ${tag}`);
writeFileSync(page, html.replace(tag, `${preloads}<script src="${main.fileName}"`));
