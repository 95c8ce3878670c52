/** Detects whether the built page matches its sources, so that a second `npm start` does not have to run the build tool. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fail, root, run } from './install.mjs';

const built = join(root, 'apps/web/dist/browser/index.html');
const mark = join(root, 'apps/web/dist/.sources');
const sources = [
  'angular.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tools/chunks.mjs',
  'tools/compress.mjs',
  'tools/merge-chunks.mjs',
  'tools/preload.mjs',
  'tools/prerender.mjs',
  'apps/web',
  'libs/angular',
  'libs/chat-api',
  'libs/client',
  'libs/operator-api',
  'libs/protocol',
];
const left = new Set(['node_modules', 'dist', '.angular', 'test-results']);

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !left.has(name) && !/\.spec(-d)?\.ts$|\.md$/.test(name))
    .flatMap((name) => files(join(path, name)));
}

function fingerprint() {
  const hash = createHash('sha256');
  const paths = sources.map((path) => join(root, path)).filter((path) => existsSync(path));
  for (const path of paths.flatMap(files).sort()) {
    hash.update(path.slice(root.length).replaceAll(sep, '/')).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

export function pageIsFresh() {
  return existsSync(built) && existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint();
}

export function rememberPage() {
  writeFileSync(mark, fingerprint());
}

/** Builds the page if it is out of date. If that fails, ends the process with a message. */
export async function buildPage() {
  if (pageIsFresh()) return;
  process.stderr.write('Building the page …\n');
  const code = await run('nx', ['run', 'web:build', '--output-style=stream'], {
    stdio: ['ignore', 2, 2],
    detached: true,
  });
  if (code !== 0) fail(`Building the page failed (exit code ${code}). See the output above.`);
  rememberPage();
}
