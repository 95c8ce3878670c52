import { expect, test } from 'vitest';
import { randomSlug, slugOf } from './slug.ts';

test.each([
  ['General', 'general'],
  ['  Lighting & Sound!  ', 'lighting-sound'],
  ['Café Übergröße', 'cafe-ubergro-e'],
  ['--a--b--', 'a-b'],
  ['x'.repeat(80), 'x'.repeat(64)],
])('the title %j gives the address %j', (title, slug) => {
  expect(slugOf(title)).toBe(slug);
  expect(slug).toMatch(/^[a-z0-9-]{1,64}$/);
});

test.each(['', '   ', '!!!', 'שלום', '你好'])('the title %j gives no address', (title) => {
  expect(slugOf(title)).toBeUndefined();
});

test('a cut in the middle of a separator leaves none at the end', () => {
  expect(slugOf(`${'x'.repeat(63)} y`)).toBe('x'.repeat(63));
});

test('an address that stands in is a good one', () => {
  expect(randomSlug()).toMatch(/^room-[a-z0-9]{8}$/);
});
