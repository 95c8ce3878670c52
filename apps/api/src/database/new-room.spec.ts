import { describe, expect, test } from 'vitest';
import { normalizeTitle, titleKey } from './new-room.ts';

describe('the title of a room', () => {
  test.each([
    ['  Release   party ', 'Release party'],
    ['Cafe\u0301', 'Café'],
    ['Plans\u00a0\u3000for  2027\n', 'Plans for 2027'],
    ['👩‍👩‍👧 Family', '👩‍👩‍👧 Family'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['x'.repeat(80), 'x'.repeat(80)],
  ])('is normalized: %j becomes %j', (title, stored) => {
    expect(normalizeTitle(title)).toBe(stored);
  });

  test.each([
    'Gen\u0000eral',
    'Gen\r\neral',
    'Gen\teral',
    'Gen\u007feral',
    'Gen\u0085eral',
    '\u202elareneG',
    '\u2067lareneG\u2069',
    'General\u200e',
    'Gen\u2028eral',
    'Gen\ud800eral',
  ])('must not have control, bidirectional formatting or surrogate characters: %j', (title) => {
    expect(() => normalizeTitle(title)).toThrow(/^must not contain control/);
  });

  test.each(['', ' \n', '\u200b', '\u200d\u2060\ufeff', '\u3164', '\u115f', '\u2800', '\u0301', '\u{e0041}'])(
    'must have a visible character: %j',
    (title) => {
      expect(() => normalizeTitle(title)).toThrow('must have a visible character');
    },
  );

  test('has at most 80 characters after normalization', () => {
    expect(normalizeTitle('🦉'.repeat(80))).toHaveLength(160);
    expect(() => normalizeTitle('\u0958'.repeat(41))).toThrow('at most 80 characters');
  });
});

describe('the key of a title', () => {
  test.each([
    'general',
    'GENERAL',
    'Gen\u200beral',
    'Ｇｅｎｅｒａｌ',
    'Generаl',
    'Gεneral'.replace('ε', 'е'),
    'Gene\u00adral',
  ])('is equal for titles that look the same: %j and General', (title) => {
    expect(titleKey(title)).toBe(titleKey('General'));
  });

  test.each(['Generals', 'Général', 'General 2', 'Генерал'])(
    'differs for different titles: %j and General',
    (title) => {
      expect(titleKey(title)).not.toBe(titleKey('General'));
    },
  );

  test('does not change words of one script', () => {
    expect(titleKey('Рома')).toBe('рома');
    expect(titleKey('РОМА')).toBe(titleKey('рома'));
  });
});
