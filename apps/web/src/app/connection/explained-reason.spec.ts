import type { ConnectionState } from '@usher/client';
import { expect, test } from 'vitest';
import type { ConnectionStep } from './connection-steps.ts';
import { explainedReason } from './explained-reason.ts';

function state(name: ConnectionState['name'], reason: ConnectionState['reason']): ConnectionState {
  return { name, reason, since: 0, attempt: 1 };
}

const handshakeFailed: readonly ConnectionStep[] = [{ name: 'handshake', status: 'failed', code: 1006 }];

test('is the problem code of a refused ticket call', () => {
  expect(explainedReason(state('backoff', { kind: 'unavailable', code: 'too_many_connections' }), [])).toBe(
    'too_many_connections',
  );
});

test('is the name of the close code', () => {
  expect(explainedReason(state('stopped', { kind: 'closed', code: 4503 }), [])).toBe('closed_by_operator');
});

test('distinguishes a refused handshake from a lost connection, although both have the code 1006', () => {
  const closed = state('backoff', { kind: 'closed', code: 1006 });
  expect(explainedReason(closed, handshakeFailed)).toBe('handshake_refused');
  expect(explainedReason(closed, [])).toBe('connection_lost');
});

test.each([
  ['connected', state('open', { kind: 'start' })],
  ['not started', state('idle', { kind: 'sign_in' })],
  ['offline', state('backoff', { kind: 'offline' })],
  ['without a response', state('backoff', { kind: 'timeout' })],
])('is absent while %s', (_, given) => {
  expect(explainedReason(given, [])).toBeUndefined();
});
