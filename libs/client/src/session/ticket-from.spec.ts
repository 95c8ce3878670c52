import { problem, type ProblemCode } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { FakeServer } from '../testing.ts';
import { newSocket, settle } from '../testing/new-socket.ts';
import { TicketRefused } from '../socket/errors.ts';
import { RefreshRefused } from '../socket/errors.ts';
import { ticketFrom } from './ticket-from.ts';

const { signal } = new AbortController();
const ticket = new FakeServer().issue();

/** A server that accepts only these tokens, and a keeper that returns others. */
function asking({ good, code = 'token_expired' }: { good: readonly string[]; code?: ProblemCode }) {
  const fetch = vi.fn<typeof globalThis.fetch>((_, init) => {
    const token = new Headers(init?.headers).get('authorization')?.slice(7) ?? '';
    if (good.includes(token)) return Promise.resolve(Response.json(ticket));
    return Promise.resolve(Response.json(problem(code), { status: problem(code).status }));
  });
  const keeper = {
    fresh: vi.fn(() => Promise.resolve<string | undefined>('first')),
    renew: vi.fn(() => Promise.resolve<string | undefined>('second')),
  };
  return { fetch, keeper, ask: ticketFrom(keeper, { url: '/api/ws_ticket', fetch }) };
}

describe('a ticket', () => {
  test('is requested with a fresh token', async () => {
    const { ask, fetch, keeper } = asking({ good: ['first'] });
    expect(await ask(signal)).toMatchObject(ticket);
    expect(fetch).toHaveBeenCalledOnce();
    expect(keeper.renew).not.toHaveBeenCalled();
  });

  test.each(['token_expired', 'invalid_token'] as const)(
    'is requested again with a renewed token after %s',
    async (code) => {
      const { ask, keeper } = asking({ good: ['second'], code });
      expect(await ask(signal)).toMatchObject(ticket);
      expect(keeper.renew).toHaveBeenCalledExactlyOnceWith('first');
    },
  );

  test('is not requested a third time', async () => {
    const { ask, fetch } = asking({ good: [] });
    await expect(ask(signal)).rejects.toMatchObject({ code: 'token_expired', terminal: true });
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test.each(['session_ended', 'user_disabled', 'too_many_tickets', 'draining'] as const)(
    'is denied without a retry after %s',
    async (code) => {
      const { ask, keeper } = asking({ good: [], code });
      await expect(ask(signal)).rejects.toMatchObject({ code });
      expect(keeper.renew).not.toHaveBeenCalled();
    },
  );

  test('is denied if no one is signed in', async () => {
    const { ask, keeper, fetch } = asking({ good: [] });
    keeper.renew.mockResolvedValue(undefined);
    await expect(ask(signal)).rejects.toMatchObject({ code: 'missing_token', terminal: true });
    keeper.fresh.mockResolvedValue(undefined);
    await expect(ask(signal)).rejects.toMatchObject({ code: 'missing_token', terminal: true });
    expect(fetch).toHaveBeenCalledOnce();
  });
});

describe('a socket whose token cannot be refreshed now', () => {
  test('waits for the delay of the server and reconnects', async () => {
    const { ask, keeper } = asking({ good: ['first'] });
    keeper.fresh.mockRejectedValueOnce(new RefreshRefused('store_unavailable', 503, 30_000));
    const { server, socket } = newSocket({ ticket: ask });
    server.onHandshake = () => undefined;
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'unavailable', code: 'store_unavailable' } });
    await settle(29_999);
    expect(socket.state.name).toBe('backoff');
    await settle(1_000);
    expect(socket.state.name).toBe('connecting');
  });

  test.each(['fresh', 'renew'] as const)('backs off without a network (%s)', async (which) => {
    const { ask, keeper } = asking({ good: [] });
    keeper[which].mockRejectedValue(new TypeError('fetch failed'));
    const { socket } = newSocket({ ticket: ask });
    socket.connect();
    await settle(60_000);
    expect(socket.state).toMatchObject({ reason: { kind: 'unavailable' } });
    expect(socket.state.name).not.toBe('signed_out');
  });
});

test('RefreshRefused is a retryable TicketRefused', () => {
  expect(new RefreshRefused('draining', 503, 5)).toBeInstanceOf(TicketRefused);
});
