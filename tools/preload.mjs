/**
 * Writes the lazy chunks of the first view into the built page: for signed-out users, for signed-in users and for a room.
 * `early.js` preloads them. Without the list, the browser requests each chunk only after the previous one has run.
 * Usage: node tools/preload.mjs FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunksOf } from './chunks.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/preload.mjs FOLDER');

const chunks = chunksOf(folder);
const known = chunks.withImports(chunks.named);
const lazy = (...selectors) =>
  [...chunks.withImports(selectors.map(chunks.of))].filter((name) => !known.has(name)).join(' ');
const lists = {
  'signed-out': lazy('app-sign-in-page'),
  'signed-in': lazy('app-shell'),
  room: lazy('app-shell', 'app-room-page'),
};

const page = join(folder, 'index.html');
const tag = '<script src="early.js"';
const [before, after, ...others] = readFileSync(page, 'utf8').split(tag);
if (after === undefined || others.length > 0) throw new Error(`index.html should have one ${tag}`);
const data = Object.entries(lists).map(([name, names]) => ` data-${name}="${names}"`);
writeFileSync(page, `${before}${tag}${data.join('')}${after}`);
