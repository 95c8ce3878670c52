import { describe, expect, test } from 'vitest';
import { isOnlyEmoji, mayHaveMarkup, withMentions } from './markup.ts';

describe('whether a text wants the parser', () => {
  test.each(['hello', 'What, really?', 'a - b', '5 > 3', 'שלום 👍', 'mail bart@example.org', 'first\nsecond', '3.14'])(
    '%j does not',
    (text) => {
      expect(mayHaveMarkup(text)).toBe(false);
    },
  );

  test.each(['*a*', '_a_', '`a`', '[a](b)', 'see https://e.org', '> a', 'a\n> b', '- a', 'a\n1. b', '~~~\na', '\\*'])(
    '%j does',
    (text) => {
      expect(mayHaveMarkup(text)).toBe(true);
    },
  );
});

describe('emoji alone', () => {
  test.each(['👍', '👩‍👩‍👧‍👦 ❤️', '🇩🇪', '1️⃣', ' 🎉🎉🎉 '])('%j are shown large', (text) => {
    expect(isOnlyEmoji(text)).toBe(true);
  });

  test.each(['', '1', 'ok 👍', '👍👍👍👍👍👍👍', '#'])('%j are not', (text) => {
    expect(isOnlyEmoji(text)).toBe(false);
  });
});

const always = (): boolean => true;

test('names that notify nobody stay plain text', () => {
  expect(withMentions(['@everyone and @bart, @here'], (name) => name === 'bart')).toEqual([
    '@everyone and ',
    { kind: 'mention', name: 'bart' },
    ', @here',
  ]);
});

test('people who are called are found, with the words around them as they were', () => {
  expect(withMentions(['hello @bart, and @lisa'], always)).toEqual([
    'hello ',
    { kind: 'mention', name: 'bart' },
    ', and ',
    { kind: 'mention', name: 'lisa' },
  ]);
});
