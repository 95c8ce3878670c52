import { expect, test } from 'vitest';
import { parseEndCause } from './end-cause-text.ts';
import { toCloseReason, endCauses } from './end-causes.ts';

test('reads every cause from its close reason', () => {
  for (const cause of endCauses) expect(parseEndCause(toCloseReason(cause))).toBe(cause);
});

test('every close reason fits into a close frame (RFC 6455 §5.5: 125 bytes, 2 of them for the code)', () => {
  for (const cause of endCauses) expect(Buffer.byteLength(toCloseReason(cause))).toBeLessThanOrEqual(123);
});

test('reads a cause without the prefix, as in the detail of a problem', () => {
  expect(parseEndCause('password_changed')).toBe('password_changed');
});

test.each([
  undefined,
  '',
  'session ended',
  'session ended: ',
  'session ended: of boredom',
  'Session ended: operator',
  'Session ended',
])('returns undefined for %j', (text) => {
  expect(parseEndCause(text)).toBeUndefined();
});
