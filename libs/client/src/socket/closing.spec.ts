import { closeCodes, shouldReconnect } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { newSocket, openSocket, settle, startAt } from '../testing/new-socket.ts';
import { TicketRefused } from './errors.ts';

const codes = [...closeCodes.map(({ code }) => code), 1005, 3000, 4000, 4499, 4502, 4999];

describe('close codes', () => {
  test.each(codes.filter((code) => shouldReconnect(code)))('reconnects with a new ticket after %i', async (code) => {
    const { server, socket } = await openSocket();
    server.last.end(code, 'the reason');
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'closed', code, text: 'the reason' } });
    expect(socket.welcome).toBeUndefined();
    await settle(25_000);
    expect(socket.state.name).toBe('open');
    expect(server.sockets.map(({ ticket }) => ticket)).toEqual(['ticket-1', 'ticket-2']);
  });

  test.each(codes.filter((code) => !shouldReconnect(code) && code !== 4501))('stops after %i', async (code) => {
    const { server, socket } = await openSocket();
    server.last.end(code);
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'closed', code } });
    expect(vi.getTimerCount()).toBe(0);
    server.page.emit('online');
    socket.retryNow();
    socket.drop();
    await settle(120_000);
    expect(server.ticketCalls).toBe(1);
  });

  test('signs out after 4501, with the reason', async () => {
    const { server, socket } = await openSocket();
    server.last.end(4501, 'session ended');
    expect(socket.state).toMatchObject({
      name: 'signed_out',
      reason: { kind: 'signed_out', code: 4501, text: 'session ended' },
    });
    await settle(120_000);
    expect(server.ticketCalls).toBe(1);
  });

  test('waits longest after 4029', async () => {
    const { server, socket } = await openSocket();
    server.last.end(4029);
    server.page.emit('visibilitychange');
    await settle(19_999);
    expect(server.ticketCalls).toBe(1);
    await settle(10_000);
    expect(socket.state.name).toBe('open');
  });

  test('spreads ticket calls over three seconds after 1012, and then waits for the slot of the ticket', async () => {
    const { server, socket } = await openSocket();
    server.connectAfterMs = 8_000;
    server.last.end(1012);
    expect(socket.state.retryAt).toBe(startAt + 1_500);
    await settle(1_500);
    expect(socket.state).toMatchObject({ name: 'waiting', retryAt: startAt + 9_500 });
    await settle(8_000);
    expect(socket.state.name).toBe('open');
  });

  test('connects again when connect() is called after stopped or signed_out', async () => {
    const { server, socket } = await openSocket();
    server.last.end(4500);
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'open', attempt: 0, reason: { kind: 'start' } });
    server.last.end(4501);
    socket.connect();
    await settle();
    expect(socket.state.name).toBe('open');
    expect(server.sockets).toHaveLength(3);
  });
});

describe('a rejected handshake', () => {
  test('closes with 1006, and the next ticket call returns the reason', async () => {
    const { server, socket } = newSocket();
    server.onHandshake = (dialed) => {
      dialed.end(1006);
    };
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', attempt: 1, reason: { kind: 'closed', code: 1006 } });
    server.ticket = () => Promise.reject(new TicketRefused('session_ended', 401));
    await settle(500);
    expect(socket.state).toMatchObject({ name: 'signed_out', reason: { kind: 'refused', code: 'session_ended' } });
  });

  test('times out if the server never responds', async () => {
    const { server, socket } = newSocket();
    server.onHandshake = () => undefined;
    socket.connect();
    await settle(9_999);
    expect(socket.state.name).toBe('connecting');
    await settle(1);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
    expect(server.live).toEqual([]);
  });

  test.each([
    ['none', undefined],
    ['something else', { type: 'message', room: 'general' }],
    ['an invalid welcome', { type: 'welcome' }],
    ['not a frame', 'not a frame'],
  ])('does not open the connection if the first frame is %s', async (_, frame) => {
    const { server, socket } = newSocket();
    const received: unknown[] = [];
    socket.events$.subscribe((event) => received.push(event));
    server.onHandshake = (dialed) => {
      dialed.accept();
      if (frame !== undefined) dialed.emit(frame);
    };
    socket.connect();
    await settle(9_999);
    expect(socket.state.name).toBe('connecting');
    await settle(1);
    expect(socket.state.name).toBe('backoff');
    expect(received).toEqual([]);
  });
});

describe('the backoff', () => {
  async function windows(random: () => number): Promise<number[]> {
    const { server, socket } = newSocket({ random });
    server.ticket = () => Promise.reject(new Error('no network'));
    socket.connect();
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries++) {
      await settle();
      const { since, retryAt = 0 } = socket.state;
      waits.push(retryAt - since);
      await settle(retryAt - since);
    }
    return waits;
  }

  test('doubles its window from 500 ms to 20 s', async () => {
    expect(await windows(() => 1)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  test('draws the delay from the whole window, down to 0', async () => {
    expect(await windows(() => 0.1)).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });

  test('starts again after a stable connection, and continues after an unstable one', async () => {
    const { server, socket } = await openSocket();
    for (const attempt of [1, 2, 3]) {
      server.last.end(1006);
      expect(socket.state).toMatchObject({ name: 'backoff', attempt });
      await settle(2_000);
      expect(socket.state.name).toBe('open');
    }
    await settle(10_000);
    server.last.end(1006);
    expect(socket.state).toMatchObject({ name: 'backoff', attempt: 1 });
  });

  test('ends at retryNow()', async () => {
    const { server, socket } = await openSocket({ random: () => 1 });
    server.last.end(4029);
    socket.retryNow();
    await settle();
    expect(socket.state.name).toBe('open');
    expect(server.sockets).toHaveLength(2);
  });
});

describe('closing by the app', () => {
  test('drop() closes the connection and reconnects', async () => {
    const { server, socket } = await openSocket();
    socket.drop();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'requested' } });
    expect(server.last.closedByClient).toBe(1000);
    await settle(500);
    expect(socket.state.name).toBe('open');
  });

  test('stop() closes the connection and does not reconnect', async () => {
    const { server, socket } = await openSocket();
    socket.stop();
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'requested' } });
    expect(server.live).toEqual([]);
    expect(server.page.listenerCount).toBe(0);
    await settle(120_000);
    expect(server.ticketCalls).toBe(1);
  });

  test.each(['ticket', 'waiting', 'connecting', 'backoff', 'open'])(
    'signOut() ends the connection in the state %s',
    async (name) => {
      const { server, socket } = newSocket();
      if (name === 'ticket') server.ticket = () => new Promise(() => undefined);
      if (name === 'waiting') server.connectAfterMs = 5_000;
      if (name === 'connecting') server.onHandshake = () => undefined;
      if (name === 'backoff') server.ticket = () => Promise.reject(new Error('unreachable'));
      socket.connect();
      await settle();
      expect(socket.state.name).toBe(name);
      socket.signOut('left');
      expect(socket.state).toMatchObject({ name: 'signed_out', reason: { kind: 'requested', text: 'left' } });
      expect(vi.getTimerCount()).toBe(0);
      const dials = server.sockets.length;
      await settle(120_000);
      expect(server.live).toEqual([]);
      expect(server.sockets).toHaveLength(dials);
    },
  );
});

describe('a call from inside a subscriber', () => {
  test.each(['ticket', 'connecting', 'open'])('stop() in the state %s is final', async (name) => {
    const { server, socket } = newSocket();
    socket.state$.subscribe((state) => {
      if (state.name === name) socket.stop();
    });
    socket.connect();
    await settle(60_000);
    expect(socket.state.name).toBe('stopped');
    expect(server.live).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['ticket', 'ticket_ok', 'dial', 'open', 'welcome'])('stop() at the log step %s is final', async (name) => {
    const { server, socket } = newSocket();
    socket.log$.subscribe(({ step }) => {
      if (step === name) socket.stop();
    });
    socket.connect();
    await settle(60_000);
    expect(socket.state.name).toBe('stopped');
    expect(server.live).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('stop() from an aborted ticket call is final', async () => {
    const { server, socket } = newSocket();
    server.ticket = (signal) => {
      signal.addEventListener('abort', () => {
        socket.stop();
      });
      return new Promise(() => undefined);
    };
    socket.connect();
    socket.drop();
    await settle(60_000);
    expect(socket.state.name).toBe('stopped');
    expect(server.ticketCalls).toBe(1);
  });

  test('does not change the order of states that other subscribers receive', async () => {
    const { server, socket } = newSocket();
    const observed: string[][] = [[], []];
    socket.state$.subscribe(({ name }) => {
      observed[0]?.push(name);
      if (name === 'open' && server.sockets.length === 1) socket.drop();
    });
    socket.state$.subscribe(({ name }) => observed[1]?.push(name));
    socket.connect();
    await settle(1_000);
    expect(observed[0]).toEqual(['idle', 'ticket', 'connecting', 'open', 'backoff', 'ticket', 'connecting', 'open']);
    expect(observed[1]).toEqual(observed[0]);
  });
});
