/**
 * Writes into the built page what it will load first beyond what it names: for those who are not signed in, for those who are, and
 * for those who open a room. `early.js` reads it. Without it each of these is asked for only when the one before it has run.
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
