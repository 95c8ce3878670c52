import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunksOf } from './chunks.mjs';

const folder = join(import.meta.dirname, '../apps/web/dist/browser');
const index = readFileSync(join(folder, 'index.html'), 'utf8');
const [, list] = /data-signed-in="([^"]*)"/.exec(index);

test('the built page lists the chunks of the signed-in part, and no others', () => {
  const chunks = chunksOf(folder);
  const named = chunks.withImports(chunks.named);
  const needed = chunks.withImports(['app-shell', 'app-room-page'].map(chunks.of));
  expect(list.split(' ').toSorted()).toEqual([...needed].filter((name) => !named.has(name)).toSorted());
});

test('a page loads in few requests: each costs a round trip, and HTTP/1.1 allows six at a time', () => {
  const { named, withImports } = chunksOf(folder);
  expect([...withImports(named)].map((name) => name.split('-')[0]).toSorted()).toEqual([
    'chunk',
    'early',
    'main',
    'styles',
  ]);
  expect(list).toMatch(/^chunk-[\w-]{8}\.js$/);
});

test('every file that the built page references exists', () => {
  const names = [...index.matchAll(/(?:src|href)="([^"/]+\.\w+)"/g)].map(([, name]) => name);
  expect([...names, list].filter((name) => !existsSync(join(folder, name)))).toEqual([]);
});

test('the scripts of the page set the language of the texts', () => {
  const [, early] = /src="(early-[\w-]{8}\.js)"/.exec(index);
  expect(readFileSync(join(folder, early), 'utf8')).toContain('$localize');
});
