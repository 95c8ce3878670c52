/**
 * Completes `early.js` of the built page. Adds the text that Angular puts into `polyfills-*.js`, which would cost a request for 70 bytes,
 * and a hash of the content to the name, so that browsers cache the file. Writes the chunks of the signed-in part into the page, which
 * `early.js` preloads: without the list, the browser requests each chunk only after the previous one has run.
 * Usage: node tools/preload.mjs FOLDER
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunksOf } from './chunks.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/preload.mjs FOLDER');

const chunks = chunksOf(folder);
const known = chunks.withImports(chunks.named);
const signedIn = [...chunks.withImports(['app-shell', 'app-room-page'].map(chunks.of))];
const page = join(folder, 'index.html');
let html = readFileSync(page, 'utf8');

/** Replaces the only place that matches. Returns its match. */
function replaceIn(pattern, text) {
  const [found, ...others] = [...html.matchAll(pattern)];
  if (found === undefined || others.length > 0) throw new Error(`index.html should match ${pattern} once`);
  html = html.replace(found[0], text);
  return found;
}

const [, polyfills] = replaceIn(/<script src="(polyfills-[\w-]+\.js)" type="module"><\/script>/g, '');
const text = `${readFileSync(join(folder, polyfills), 'utf8')}\n${readFileSync(join(folder, 'early.js'), 'utf8')}`;
if (/^\s*(?:import|export)\b/m.test(text))
  throw new Error(`${polyfills} should be a script without imports and exports`);
const name = `early-${createHash('sha256').update(text).digest('base64url').slice(0, 8)}.js`;
const list = signedIn.filter((chunk) => !known.has(chunk)).join(' ');
replaceIn(/<script src="early\.js"/g, `<script src="${name}" data-signed-in="${list}"`);

writeFileSync(join(folder, name), text);
writeFileSync(page, html);
rmSync(join(folder, 'early.js'));
rmSync(join(folder, polyfills));
