import type { ConnectionState } from '@usher/client';
import { describe, expect, test } from 'vitest';
import { bannerReceipt, bannerText, stateText } from './banner-text.ts';

const now = 1_800_000_000_000;

function state(
  name: ConnectionState['name'],
  reason: ConnectionState['reason'],
  more: Partial<ConnectionState> = {},
): ConnectionState {
  return { name, reason, since: now, attempt: 1, ...more };
}

describe('the receipt in the banner', () => {
  const receipt = 'K7Q-2MF';

  test('is shown for a refused ticket call, and for attempts that fail again', () => {
    const unavailable = state('backoff', { kind: 'unavailable', code: 'too_many_connections' }, { receipt });
    expect(bannerReceipt(unavailable)).toBe(receipt);
    expect(bannerReceipt(state('stopped', { kind: 'refused', code: 'user_disabled' }, { receipt }))).toBe(receipt);
    expect(bannerReceipt(state('backoff', { kind: 'closed', code: 1006 }, { receipt, attempt: 2 }))).toBe(receipt);
  });

  test('is not shown for a connection that was just lost, while offline, connected or signed out', () => {
    expect(bannerReceipt(state('backoff', { kind: 'closed', code: 1006 }, { receipt }))).toBeUndefined();
    expect(bannerReceipt(state('backoff', { kind: 'offline' }, { receipt, attempt: 5 }))).toBeUndefined();
    expect(bannerReceipt(state('open', { kind: 'start' }, { receipt }))).toBeUndefined();
    expect(bannerReceipt(state('signed_out', { kind: 'signed_out', code: 4501 }, { receipt }))).toBeUndefined();
  });
});

describe('the connection banner', () => {
  test('is hidden while connected and before the first connection is requested', () => {
    expect(bannerText(state('open', { kind: 'start' }), now)).toBeUndefined();
    expect(bannerText(state('idle', { kind: 'start' }), now)).toBeUndefined();
  });

  test('stays hidden during the first 1.5 s of the first connection', () => {
    const first = state('connecting', { kind: 'start' });
    expect(bannerText(first, now + 1_499)).toBeUndefined();
    expect(bannerText(first, now + 1_500)).toEqual({ what: 'Connecting…', tone: 'calm' });
  });

  test('counts down to the next attempt after a lost connection and offers a retry', () => {
    const lost = state('backoff', { kind: 'closed', code: 1006 }, { retryAt: now + 2_400 });
    expect(bannerText(lost, now)).toEqual({
      what: 'Connection lost.',
      next: 'Retrying in 3 s',
      action: 'retry',
      tone: 'warn',
    });
    expect(bannerText(lost, now + 1_500)?.next).toBe('Retrying in 1 s');
    expect(bannerText(lost, now + 5_000)?.next).toBe('Retrying in 1 s');
  });

  test('keeps the retry button during an attempt', () => {
    const trying = bannerText(state('ticket', { kind: 'closed', code: 1006 }), now);
    expect(trying).toMatchObject({ next: 'Retrying…', action: 'retry' });
  });

  test('shows that the device is offline in every state', () => {
    expect(bannerText(state('backoff', { kind: 'offline' }), now)).toEqual({
      what: 'You’re offline. Messages are sent when you reconnect.',
      tone: 'warn',
    });
  });

  test.each([
    ['closed', 1012, 'The server is restarting.'],
    ['unavailable', 'draining', 'The server is restarting.'],
    ['unavailable', 'at_capacity', 'The server is full.'],
    ['unavailable', 'too_many_connections', 'You have too many windows open.'],
    ['unavailable', 'too_many_tickets', 'Too many connection attempts.'],
    ['unavailable', 'store_unavailable', 'The server is having problems.'],
    ['unavailable', 'internal', 'The server is having problems.'],
    ['closed', 1011, 'The server is having problems.'],
    ['closed', 1013, 'The server is full.'],
    ['unavailable', undefined, 'Can’t reach the server.'],
    ['closed', 4008, 'The server isn’t responding.'],
    ['closed', 4009, 'Your connection is too slow.'],
    ['closed', 4029, 'You’re sending too fast.'],
    ['closed', 4001, 'Renewing the connection.'],
    ['timeout', undefined, 'The server isn’t responding.'],
    ['closed', 4444, 'Connection lost.'],
    ['requested', undefined, 'You closed the connection.'],
  ] as const)('shows for the close code %s %s: %s', (kind, code, what) => {
    const reason = code === undefined ? { kind } : { kind, code };
    expect(bannerText(state('backoff', reason, { retryAt: now + 1_000 }), now)?.what).toBe(what);
  });

  test('counts down to the assigned slot', () => {
    const waiting = state('waiting', { kind: 'closed', code: 1012 }, { retryAt: now + 4_000 });
    expect(bannerText(waiting, now)?.next).toBe('Busy after a restart. You’re next in 4 s');
  });

  test('offers to connect when the client has stopped reconnecting', () => {
    const stopped = bannerText(state('stopped', { kind: 'closed', code: 4503, text: 'closed by an operator' }), now);
    expect(stopped).toEqual({
      what: 'The server closed this connection: closed by an operator.',
      action: 'connect',
      tone: 'danger',
    });
  });
});

test('the name of a state is "Offline" whenever the device has no network', () => {
  expect(stateText(state('open', { kind: 'start' }))).toBe('Connected');
  expect(stateText(state('backoff', { kind: 'closed', code: 1006 }))).toBe('Reconnecting');
  expect(stateText(state('backoff', { kind: 'offline' }))).toBe('Offline');
});
