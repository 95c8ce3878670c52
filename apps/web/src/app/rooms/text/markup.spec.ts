import { describe, expect, test } from 'vitest';
import { isOnlyEmoji, mayHaveMarkup, withMentions } from './markup.ts';

describe('the check for markup', () => {
  test.each(['hello', 'What, really?', 'a - b', '5 > 3', 'שלום 👍', 'mail bart@example.org', 'first\nsecond', '3.14'])(
    'skips the parser for %j',
    (text) => {
      expect(mayHaveMarkup(text)).toBe(false);
    },
  );

  test.each(['*a*', '_a_', '`a`', '[a](b)', 'see https://e.org', '> a', 'a\n> b', '- a', 'a\n1. b', '~~~\na', '\\*'])(
    'uses the parser for %j',
    (text) => {
      expect(mayHaveMarkup(text)).toBe(true);
    },
  );
});

describe('a text of emoji only', () => {
  test.each(['👍', '👩‍👩‍👧‍👦 ❤️', '🇩🇪', '1️⃣', ' 🎉🎉🎉 '])('%j is shown large', (text) => {
    expect(isOnlyEmoji(text)).toBe(true);
  });

  test.each(['', '1', 'ok 👍', '👍👍👍👍👍👍👍', '#'])('%j is not shown large', (text) => {
    expect(isOnlyEmoji(text)).toBe(false);
  });
});

const always = (): boolean => true;

test('mentions of unknown users stay plain text', () => {
  expect(withMentions(['@everyone and @bart, @here'], (name) => name === 'bart')).toEqual([
    '@everyone and ',
    { kind: 'mention', name: 'bart' },
    ', @here',
  ]);
});

test('mentions of users are found and the text around them stays unchanged', () => {
  expect(withMentions(['hello @bart, and @lisa'], always)).toEqual([
    'hello ',
    { kind: 'mention', name: 'bart' },
    ', and ',
    { kind: 'mention', name: 'lisa' },
  ]);
});
