import { toCloseReason, endCauses } from '@usher/protocol/server';
import { describe, expect, test } from 'vitest';
import { endedTexts } from '../texts/session.ts';
import { endReasonOf, endReasonOfSocket } from './end-reason.ts';

describe('the end reason of a session', () => {
  test.each(endCauses)('has a text for %s', (cause) => {
    expect(endReasonOf(cause)).toBe(cause);
    expect(endedTexts[cause]).toMatch(/\.$/);
  });

  test.each([undefined, '', 'of_tomorrow', 'toString', '__proto__'])('has the general text for %j', (cause) => {
    expect(endReasonOf(cause)).toBe('session_ended');
  });

  test.each(endCauses)('is read from the close reason of a socket (%s)', (cause) => {
    expect(endReasonOfSocket({ kind: 'signed_out', code: 4501, text: toCloseReason(cause) })).toBe(cause);
  });

  test.each([
    [{ kind: 'refused', code: 'session_ended', text: 'password_changed' }, 'password_changed'],
    [{ kind: 'refused', code: 'session_ended', text: 'Session ended' }, 'session_ended'],
    [{ kind: 'refused', code: 'user_disabled', text: 'This account is disabled' }, 'user_disabled'],
    [{ kind: 'signed_out', code: 4501, text: 'session ended' }, 'session_ended'],
  ] as const)('maps the close reason %j', (reason, known) => {
    expect(endReasonOfSocket(reason)).toBe(known);
  });
});
