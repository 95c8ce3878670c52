import { describe, expect, test } from 'vitest';
import { foundWords } from './found-words.ts';

/** The text with the hits in brackets. */
function marked(text: string, query: string): string {
  return foundWords(text, query)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');
}

describe('matched words', () => {
  test('are marked as whole words, and the last one as a prefix', () => {
    expect(marked('the party of parties', 'the part')).toBe('[the] [party] of [parties]');
    expect(marked('a party, apartment', 'party now')).toBe('a [party], apartment');
  });

  test('ignore case, accents and Unicode composition', () => {
    expect(marked('Cafe\u0301 und CAFÉ', 'café')).toBe('[Cafe\u0301] und [CAFÉ]');
  });

  test('are separated by any punctuation', () => {
    expect(marked('foo-bar <b>foo</b>', 'foo-bar')).toBe('[foo]-[bar] <b>[foo]</b>');
    expect(marked('nothing here', '***')).toBe('nothing here');
  });
});

describe('the excerpt of a long text', () => {
  const long = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`;

  test('surrounds the first match and is cut between words', () => {
    const pieces = foundWords(long, 'needle');
    expect(pieces.map(({ text }) => text).join('').length).toBeLessThan(300);
    expect(marked(long, 'needle')).toMatch(/^… (before )+\[needle\] (after ?)+ …$/);
  });

  test('has an ellipsis only where text is missing', () => {
    expect(marked(`needle ${'after '.repeat(100)}`, 'needle')).toMatch(/^\[needle\].* …$/);
    expect(marked(`${'before '.repeat(100)}needle`, 'needle')).toMatch(/^… .*\[needle\]$/);
  });

  test('is never cut inside a character', () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const text = `${'x'.repeat(shift)}${'😀'.repeat(400)}`;
      for (const piece of foundWords(text, 'nothing')) expect(piece.text.isWellFormed()).toBe(true);
    }
  });
});
