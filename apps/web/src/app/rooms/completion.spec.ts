import { describe, expect, test } from 'vitest';
import { type Emoji, emojiFor, namingAt, peopleFor, spelledEmoji } from './completion.ts';

/** Splits a text at `|`, the caret. */
function at(marked: string) {
  return namingAt(marked.replace('|', ''), marked.indexOf('|'));
}

describe('the token at the caret', () => {
  test.each([
    ['@|', 'mention', ''],
    ['hello @ba|', 'mention', 'ba'],
    ['(@Ba|)', 'mention', 'ba'],
    ['first\n@b|', 'mention', 'b'],
    [':sm|', 'emoji', 'sm'],
    ['well :+1|', 'emoji', '+1'],
  ])('%j', (text, kind, query) => {
    expect(at(text)).toMatchObject({ kind, query });
  });

  test.each(['bart@exam|', 'a/@b|', ':)|', ':s|', '10:30|', 'a:smile|', '::smile|', '@bart come|', '|@bart'])(
    'nothing in %j',
    (text) => {
      expect(at(text)).toBeUndefined();
    },
  );

  test('starts at its sign', () => {
    expect(at('hello @ba|rt')).toEqual({ kind: 'mention', query: 'ba', from: 6, to: 9 });
  });
});

test('users whose name starts with the query come before users whose name contains it', () => {
  expect(peopleFor('ar', ['bart', 'arthur', 'lisa', 'art']).map(({ label }) => label)).toEqual([
    'arthur',
    'art',
    'bart',
  ]);
  expect(peopleFor('', ['lisa', 'bart']).map(({ insert }) => insert)).toEqual(['@lisa ', '@bart ']);
  expect(
    peopleFor(
      'u',
      Array.from({ length: 50 }, (_, index) => `u${index}`),
    ),
  ).toHaveLength(8);
});

const some: Emoji[] = [
  { emoji: '😀', names: ['grinning'], tags: ['smile'] },
  { emoji: '😃', names: ['smiley'], tags: [] },
  { emoji: '😄', names: ['smile'], tags: [] },
  { emoji: '👍', names: ['+1', 'thumbsup'], tags: ['ok'] },
];

test('emoji are found by name and by keyword, an exact name first', () => {
  expect(emojiFor('smile', some).map(({ emoji }) => emoji)).toEqual(['😄', '😀', '😃']);
  expect(emojiFor('thumbs', some)).toEqual([{ key: '+1', insert: '👍 ', emoji: '👍', label: ':+1:' }]);
});

test('an emoji name is recognized when its last colon is typed', () => {
  expect(spelledEmoji('ok :thumbsup:', 13, some)).toEqual({ emoji: '👍', from: 3 });
  expect(spelledEmoji('ok :nothing:', 12, some)).toBeUndefined();
  expect(spelledEmoji('10:30:', 6, some)).toBeUndefined();
});
