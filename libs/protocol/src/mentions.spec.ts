import { expect, test } from 'vitest';
import { mentionsAt, mentionsIn } from './mentions.ts';

test.each([
  ['@bart come here', ['bart']],
  ['and you, @bart?', ['bart']],
  ['(@bart) and @lisa, and @bart again', ['bart', 'lisa']],
  ['ask @bart.', ['bart']],
  ['ask @bart.simpson...', ['bart.simpson']],
  ['hello @a_b-c.1!', ['a_b-c.1']],
  ['你好 @bart', ['bart']],
  ['@bart\n@lisa', ['bart', 'lisa']],
])('%j mentions %j', (text, names) => {
  expect(mentionsIn(text)).toEqual(names);
});

test.each([
  'mail bart@example.org',
  'https://example.org/@bart',
  'the code `@bart` is quoted',
  '```\n@bart\n```',
  '@@bart',
  '@',
  '@Bart',
  '@bartö',
  'a@',
  `@${'x'.repeat(33)}`,
])('%j has no mentions', (text) => {
  expect(mentionsIn(text)).toEqual([]);
});

test('the positions of mentions are correct after code and emoji', () => {
  const text = '`@lisa` 👍 @bart, @bart';
  const found = mentionsAt(text);
  expect(found.map(({ name }) => name)).toEqual(['bart', 'bart']);
  expect(found.map(({ from, to }) => text.slice(from, to))).toEqual(['@bart', '@bart']);
});
