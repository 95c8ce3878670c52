import { expect, test } from 'vitest';
import { endCauseOf } from './end-cause-text.ts';
import { closeReasonOf, endCauses } from './end-causes.ts';

test('every cause travels in a close reason and comes out again', () => {
  for (const cause of endCauses) expect(endCauseOf(closeReasonOf(cause))).toBe(cause);
});

test('a close reason fits into a close frame (RFC 6455 §5.5: 125 bytes, two of them the code)', () => {
  for (const cause of endCauses) expect(Buffer.byteLength(closeReasonOf(cause))).toBeLessThanOrEqual(123);
});

test('a cause alone is read too, as it stands in a problem', () => {
  expect(endCauseOf('password_changed')).toBe('password_changed');
});

test.each([
  undefined,
  '',
  'session ended',
  'session ended: ',
  'session ended: of boredom',
  'Session ended: operator',
  'Session ended',
])('%j carries no cause', (text) => {
  expect(endCauseOf(text)).toBeUndefined();
});
