import type { ConnectionState } from '@usher/client';
import { describe, expect, test } from 'vitest';
import { bannerWords, stateWords } from './banner-words.ts';

const now = 1_800_000_000_000;

function state(
  name: ConnectionState['name'],
  reason: ConnectionState['reason'],
  more: Partial<ConnectionState> = {},
): ConnectionState {
  return { name, reason, since: now, attempt: 1, ...more };
}

describe('what the banner says', () => {
  test('nothing while there is a connection, and before there is to be one', () => {
    expect(bannerWords(state('open', { kind: 'start' }), now)).toBeUndefined();
    expect(bannerWords(state('idle', { kind: 'start' }), now)).toBeUndefined();
  });

  test('a first connection gets a moment before it is worth a word', () => {
    const first = state('connecting', { kind: 'start' });
    expect(bannerWords(first, now + 1_499)).toBeUndefined();
    expect(bannerWords(first, now + 1_500)).toEqual({ what: 'Connecting …', tone: 'calm' });
  });

  test('a lost connection counts the seconds down and can be tried at once', () => {
    const lost = state('backoff', { kind: 'closed', code: 1006 }, { retryAt: now + 2_400 });
    expect(bannerWords(lost, now)).toEqual({
      what: 'Connection lost.',
      next: 'Trying again in 3 s',
      action: 'retry',
      tone: 'warn',
    });
    expect(bannerWords(lost, now + 1_500)?.next).toBe('Trying again in 1 s');
    expect(bannerWords(lost, now + 5_000)?.next).toBe('Trying again in 1 s');
  });

  test('while it tries, it says so, and the button stays where it is', () => {
    const trying = bannerWords(state('ticket', { kind: 'closed', code: 1006 }), now);
    expect(trying).toMatchObject({ next: 'Trying again …', action: 'retry' });
  });

  test('offline is told as such, whatever the state of the machine', () => {
    expect(bannerWords(state('backoff', { kind: 'offline' }), now)).toEqual({
      what: 'You are offline. What you write is sent when you are back.',
      tone: 'warn',
    });
  });

  test.each([
    ['closed', 1012, 'The server is restarting.'],
    ['unavailable', 'draining', 'The server is restarting.'],
    ['unavailable', 'at_capacity', 'The server is full.'],
    ['unavailable', 'too_many_connections', 'Too many of your windows are connected.'],
    ['unavailable', undefined, 'The server cannot be reached.'],
    ['closed', 4008, 'The connection went silent.'],
    ['closed', 4009, 'This connection was too slow to follow.'],
    ['closed', 4029, 'Too much was sent at once.'],
    ['closed', 4001, 'The seat has to be renewed.'],
    ['timeout', undefined, 'The connection went silent.'],
    ['closed', 4444, 'Connection lost.'],
    ['asked', undefined, 'Connection dropped by hand.'],
  ] as const)('%s %s is: %s', (kind, code, what) => {
    const reason = code === undefined ? { kind } : { kind, code };
    expect(bannerWords(state('backoff', reason, { retryAt: now + 1_000 }), now)?.what).toBe(what);
  });

  test('a slot that the server gave is waited for', () => {
    const waiting = state('waiting', { kind: 'closed', code: 1012 }, { retryAt: now + 4_000 });
    expect(bannerWords(waiting, now)?.next).toBe('Many are coming back. Your turn is in 4 s');
  });

  test('what does not come back by itself can be connected by hand', () => {
    const stopped = bannerWords(state('stopped', { kind: 'closed', code: 4503, text: 'closed by an operator' }), now);
    expect(stopped).toEqual({
      what: 'The server ended this connection: closed by an operator.',
      action: 'connect',
      tone: 'danger',
    });
  });
});

test('a state in a word: without a network it is offline, whatever else goes on', () => {
  expect(stateWords(state('open', { kind: 'start' }))).toBe('Connected');
  expect(stateWords(state('backoff', { kind: 'closed', code: 1006 }))).toBe('Waiting to try again');
  expect(stateWords(state('backoff', { kind: 'offline' }))).toBe('Offline');
});
