import { expect, test } from 'vitest';
import { randomSlug, slugOf } from './room-names.ts';

test.each([
  ['General', 'general'],
  ['  Lighting & Sound!  ', 'lighting-sound'],
  ['Café Übergröße', 'cafe-ubergro-e'],
  ['--a--b--', 'a-b'],
  ['x'.repeat(80), 'x'.repeat(64)],
])('the title %j has the slug %j', (title, slug) => {
  expect(slugOf(title)).toBe(slug);
  expect(slug).toMatch(/^[a-z0-9-]{1,64}$/);
});

test.each(['', '   ', '!!!', 'שלום', '你好'])('the title %j has no slug', (title) => {
  expect(slugOf(title)).toBeUndefined();
});

test('a slug that is cut at a separator does not end with it', () => {
  expect(slugOf(`${'x'.repeat(63)} y`)).toBe('x'.repeat(63));
});

test('the fallback slug is valid', () => {
  expect(randomSlug()).toMatch(/^room-[a-z0-9]{8}$/);
});
