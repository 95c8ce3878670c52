import { expect, it } from 'vitest';
import { withBlock } from './between-marks.ts';

it('replaces what stands between the marks, and nothing else', () => {
  const document = 'before\n\n<!-- ways -->\n\nold\n\n<!-- /ways -->\n\nafter\n';
  const now = withBlock(document, 'ways', 'new');
  expect(now).toBe('before\n\n<!-- ways -->\n\nnew\n\n<!-- /ways -->\n\nafter\n');
  expect(withBlock(now, 'ways', 'new')).toBe(now);
});

it.each(['', '<!-- ways -->', '<!-- /ways --> <!-- ways -->'])('says that there is no place in %j', (document) => {
  expect(() => withBlock(document, 'ways', 'new')).toThrow(RangeError);
});
