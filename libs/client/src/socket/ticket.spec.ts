import type { RoomsProtocol, TicketResponse } from '@usher/protocol';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionState, Step } from './connection-state.ts';
import { FakeServer } from '../testing.ts';
import { TicketRefused } from './errors.ts';
import { TicketSocket } from './ticket-socket.ts';

let server: FakeServer;
let socket: TicketSocket<RoomsProtocol>;
let states: ConnectionState[];
let steps: Step[];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  server = new FakeServer();
  socket = new TicketSocket<RoomsProtocol>(server.options);
  states = [];
  steps = [];
  socket.state$.subscribe((state) => states.push(state));
  socket.log$.subscribe((step) => steps.push(step));
  return () => {
    socket.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  };
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('connecting', () => {
  test('makes no call before connect()', async () => {
    await settle(60_000);
    expect(socket.state.name).toBe('idle');
    expect(server.ticketCalls).toBe(0);
    expect(server.page.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('requests a ticket, connects and waits for the welcome, with a reason for each state', async () => {
    socket.connect();
    await settle();
    expect(states.map(({ name }) => name)).toEqual(['idle', 'ticket', 'connecting', 'open']);
    expect(states.map(({ reason }) => reason.kind)).toEqual(['start', 'start', 'start', 'start']);
    expect(steps.map(({ step }) => step)).toEqual(['ticket', 'ticket_ok', 'dial', 'open', 'welcome']);
    expect(socket.welcome).toMatchObject({ user: 'maggie', heartbeatMs: 25_000 });
    expect(server.last.protocol).toBe('usher.v1');
    expect(server.last.url.searchParams.get('ticket')).toBe('ticket-1');
  });

  test('shows the receipt of the last ticket call, even after a rejected handshake and a rejected ticket call', async () => {
    server.ticket = () => Promise.resolve({ ...server.issue(), receipt: 'K7Q-2MF' });
    server.onHandshake = (handshake) => {
      handshake.end(1006);
    };
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { code: 1006 }, receipt: 'K7Q-2MF' });
    server.ticket = () =>
      Promise.reject(Object.assign(new TicketRefused('too_many_connections', 429), { receipt: '000-001' }));
    socket.retryNow();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', receipt: '000-001' });
    server.ticket = () => Promise.reject(new Error('no network'));
    socket.retryNow();
    await settle();
    expect(socket.state.receipt).toBeUndefined();
  });

  test('ignores a second connect()', async () => {
    socket.connect();
    socket.connect();
    await settle();
    socket.connect();
    await settle();
    expect(server.ticketCalls).toBe(1);
    expect(server.sockets).toHaveLength(1);
  });

  test('waits for the slot of the ticket and reports its time', async () => {
    server.connectAfterMs = 4_000;
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'waiting', retryAt: 1_000_004_000 });
    expect(steps.at(-1)).toMatchObject({ step: 'waiting', ms: 4_000 });
    await settle(3_999);
    expect(server.sockets).toHaveLength(0);
    await settle(1);
    expect(socket.state.name).toBe('open');
  });

  test('does not connect before the slot at retryNow()', async () => {
    server.connectAfterMs = 4_000;
    socket.connect();
    await settle();
    socket.retryNow();
    server.page.emit('online');
    server.page.emit('visibilitychange');
    await settle();
    expect(socket.state.name).toBe('waiting');
    expect(server.ticketCalls).toBe(1);
  });

  test('appends the encoded ticket to an existing query', async () => {
    socket.stop();
    server.ticket = () => Promise.resolve({ ticket: 'a+b/&c=', expires: 0, connectAfterMs: 0 });
    socket = new TicketSocket<RoomsProtocol>({ ...server.options, url: () => 'ws://fake.test/ws?v=1' });
    socket.connect();
    await settle();
    expect(server.last.url.href).toBe('ws://fake.test/ws?v=1&ticket=a%2Bb%2F%26c%3D');
  });

  test('stops at an invalid URL without exposing the ticket', async () => {
    socket.stop();
    const names: unknown[] = [];
    socket = new TicketSocket<RoomsProtocol>({ ...server.options, url: 'not an address' });
    socket.log$.subscribe((step) => names.push(step));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'closed', text: 'TypeError' } });
    expect(JSON.stringify([names, socket.state])).not.toContain('ticket-1');
  });
});

describe('a fresh ticket', () => {
  test('is requested before every connection attempt and used once', async () => {
    socket.connect();
    await settle();
    for (let round = 0; round < 5; round++) {
      server.last.end(1006);
      await settle(20_000);
      expect(socket.state.name).toBe('open');
    }
    const tickets = server.sockets.map(({ ticket }) => ticket);
    expect(new Set(tickets).size).toBe(6);
    expect(server.ticketCalls).toBe(6);
  });

  test('opens no socket after the timeout', async () => {
    const late = Promise.withResolvers<TicketResponse>();
    let signal: AbortSignal | undefined;
    server.ticket = (given) => {
      signal = given;
      return late.promise;
    };
    socket.connect();
    await settle(9_999);
    expect(socket.state.name).toBe('ticket');
    expect(signal?.aborted).toBe(false);
    await settle(1);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
    expect(signal?.aborted).toBe(true);
    late.resolve(server.issue());
    await settle();
    expect(server.sockets).toHaveLength(0);
  });

  test('opens no socket after a sign-out', async () => {
    const late = Promise.withResolvers<TicketResponse>();
    server.ticket = () => late.promise;
    socket.connect();
    await settle();
    socket.signOut();
    late.resolve(server.issue());
    await settle(60_000);
    expect(server.sockets).toHaveLength(0);
    expect(socket.state.name).toBe('signed_out');
  });

  test('opens no second socket after another connect()', async () => {
    const first = Promise.withResolvers<TicketResponse>();
    server.ticket = () => first.promise;
    socket.connect();
    await settle();
    socket.stop();
    server.ticket = () => Promise.resolve(server.issue());
    socket.connect();
    await settle();
    first.resolve(server.issue());
    await settle();
    expect(server.sockets).toHaveLength(1);
    expect(server.live).toHaveLength(1);
  });

  test.each([
    ['nothing', undefined],
    ['no ticket', { expires: 1, connectAfterMs: 0 }],
    ['an empty ticket', { ticket: '', expires: 1, connectAfterMs: 0 }],
    ['a number', { ticket: 7, expires: 1, connectAfterMs: 0 }],
  ])('is requested again later if the response is %s', async (_, response) => {
    server.ticket = () => Promise.resolve(response as TicketResponse);
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'unavailable' } });
    expect(server.sockets).toHaveLength(0);
  });

  test.each([NaN, -5, undefined, 'soon'])('is used at once if its slot is %s', async (connectAfterMs) => {
    server.ticket = () => Promise.resolve({ ...server.issue(), connectAfterMs } as TicketResponse);
    socket.connect();
    await settle();
    expect(socket.state.name).toBe('open');
  });
});

describe('a ticket function that', () => {
  test.each([
    ['session_ended', 401],
    ['invalid_token', 401],
    ['token_expired', 401],
    ['user_disabled', 403],
  ] as const)('rejects with %s signs out and is not called again', async (code, status) => {
    server.ticket = () => Promise.reject(new TicketRefused(code, status, 'the reason'));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'signed_out', reason: { kind: 'refused', code, text: 'the reason' } });
    expect(vi.getTimerCount()).toBe(0);
    server.page.emit('online');
    await settle(120_000);
    expect(server.ticketCalls).toBe(1);
    expect(server.page.listenerCount).toBe(0);
  });

  test.each([
    ['too_many_tickets', 429],
    ['too_many_connections', 429],
    ['at_capacity', 503],
    ['draining', 503],
    ['store_unavailable', 503],
  ] as const)('rejects with %s is called again after the delay plus jitter', async (code, status) => {
    server.ticket = () => Promise.reject(new TicketRefused(code, status, code, 7_000));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', attempt: 1, reason: { kind: 'unavailable', code } });
    // 7 s plus half of the first window of 500 ms.
    expect(socket.state.retryAt).toBe(1_000_007_250);
    server.ticket = () => Promise.resolve(server.issue());
    server.page.emit('visibilitychange');
    await settle(6_999);
    expect(server.ticketCalls).toBe(1);
    await settle(251);
    expect(socket.state.name).toBe('open');
  });

  test('rejects with any other error is retried', async () => {
    server.ticket = () => Promise.reject(new Error('fetch failed for https://x/?token=secret'));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'unavailable' } });
    expect(JSON.stringify([states, steps])).not.toContain('secret');
  });

  test('throws synchronously is retried', async () => {
    server.ticket = () => {
      throw new Error('no');
    };
    socket.connect();
    await settle();
    expect(socket.state.name).toBe('backoff');
  });

  test('returns an invalid delay is retried after a pause', async () => {
    server.ticket = () => Promise.reject(new TicketRefused('draining', 503, 'x', NaN));
    socket.connect();
    await settle();
    expect(socket.state.retryAt).toBe(1_000_000_250);
  });
});

test('the log and the states never contain a ticket', async () => {
  socket.connect();
  await settle();
  server.last.end(4001, 'lease expired');
  await settle(20_000);
  expect(server.ticketCalls).toBe(2);
  expect(JSON.stringify([states, steps])).not.toMatch(/ticket-\d/);
});
