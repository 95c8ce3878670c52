import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunksOf } from './chunks.mjs';

const folder = join(import.meta.dirname, '../apps/web/dist/browser');
const index = readFileSync(join(folder, 'index.html'), 'utf8');
const listed = (name) => new RegExp(`data-${name}="([^"]*)"`).exec(index)[1].split(' ');

test.each([
  ['signed-out', 'app-sign-in-page'],
  ['signed-in', 'app-shell'],
  ['room', 'app-room-page'],
])('the built page knows what comes first: %s', (name, selector) => {
  const names = listed(name);
  expect(names).toContain(chunksOf(folder).of(selector));
  expect(names.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
});

test('and nothing that it names already', () => {
  const { named, withImports } = chunksOf(folder);
  const known = withImports(named);
  expect(['signed-out', 'signed-in', 'room'].flatMap(listed).filter((file) => known.has(file))).toEqual([]);
});
