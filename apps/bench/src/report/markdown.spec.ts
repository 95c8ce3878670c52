import { expect, it } from 'vitest';
import { measured, ratio, withBlock } from './markdown.ts';

it.each([
  [1_234_567, '1,230,000'],
  [1_000, '1,000'],
  [999.9, '1,000'],
  [999, '999'],
  [12.345, '12.3'],
  [0.01234, '0.0123'],
  [0, '0.00'],
])('formats %d as %s', (value, text) => {
  expect(measured(value)).toBe(text);
});

it('formats ratios with two decimals, and large ratios with none', () => {
  expect([ratio(0.954), ratio(12), ratio(120.4)]).toEqual(['0.95', '12.00', '120']);
});

it('replaces only the text between the comments', () => {
  const document = 'before\n\n<!-- ways -->\n\nold\n\n<!-- /ways -->\n\nafter\n';
  const now = withBlock(document, 'ways', 'new');
  expect(now).toBe('before\n\n<!-- ways -->\n\nnew\n\n<!-- /ways -->\n\nafter\n');
  expect(withBlock(now, 'ways', 'new')).toBe(now);
});

it.each(['', '<!-- ways -->', '<!-- /ways --> <!-- ways -->'])(
  'rejects a document without the block: %j',
  (document) => {
    expect(() => withBlock(document, 'ways', 'new')).toThrow(RangeError);
  },
);
