import { problems } from '@usher/protocol';
import { expect, test } from 'vitest';
import { explainedReasons, explanationOf, titleOf } from './explanation.ts';

/** The reasons behind `invalid_ticket`. */
const ticketReasons = ['malformed', 'unknown', 'used', 'expired', 'revoked', 'early', 'endpoint', 'several'];
/** Problems of calls that are not part of an attempt to connect. */
const others = [
  'weak_password',
  'user_taken',
  'invalid_link',
  'room_taken',
  'too_large',
  'unsupported_media_type',
  'too_many_rooms',
  'quota_exceeded',
  'storage_full',
];

test.each([...ticketReasons, ...Object.keys(problems).filter((code) => !others.includes(code))])(
  'explains %s',
  (reason) => {
    expect(explainedReasons).toContain(reason);
    const { title, means, cause, fix } = explanationOf(reason) ?? {};
    for (const text of [title, means, cause, fix]) expect(text).toBeTruthy();
  },
);

test('a reason of a newer server is shown by its name', () => {
  expect(titleOf('toString')).toBe('toString');
  expect(explanationOf('some_new_reason')).toBeUndefined();
});
