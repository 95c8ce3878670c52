import { describe, expect, test } from 'vitest';
import { newSocket, openSocket, settle } from '../testing/new-socket.ts';

describe('without a network', () => {
  test('reports it at once and retries slowly', async () => {
    const { server, socket, steps } = await openSocket();
    server.ticket = () => Promise.reject(new TypeError('fetch failed'));
    server.page.emit('offline');
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'offline' } });
    expect(steps.at(-1)?.step).toBe('offline');
    expect(server.live).toEqual([]);
    await settle(60_000);
    expect(socket.state.reason.kind).toBe('offline');
    // One attempt every 20 seconds, for devices that report the wrong state.
    expect(server.ticketCalls).toBe(4);
  });

  test('reconnects as soon as the network is back', async () => {
    const { server, socket } = await openSocket();
    server.page.emit('offline');
    await settle(5_000);
    server.page.emit('online');
    expect(socket.state).toMatchObject({ name: 'ticket', reason: { kind: 'closed' } });
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('connects on a device that reports offline by mistake', async () => {
    const { server, socket } = newSocket();
    server.page.emit('offline');
    socket.connect();
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('reports a lost connection as offline', async () => {
    const { server, socket } = newSocket();
    server.page.emit('offline');
    server.ticket = () => Promise.reject(new TypeError('fetch failed'));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'offline' } });
  });
});

describe('a page', () => {
  test('closes the connection when it enters the back/forward cache, and reconnects when it is shown again', async () => {
    const { server, socket } = await openSocket();
    server.page.emit('pagehide');
    expect(server.live).toEqual([]);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'hidden' } });
    await settle(10_000);
    expect(server.ticketCalls).toBe(1);
    server.page.emit('pageshow');
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('ends the backoff when it becomes visible', async () => {
    const { server, socket } = newSocket({ random: () => 1 });
    server.ticket = () => Promise.reject(new Error('unreachable'));
    socket.connect();
    await settle(16_000);
    expect(socket.state.name).toBe('backoff');
    server.ticket = () => Promise.resolve(server.issue());
    server.page.emit('visibilitychange');
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('has no effect on a stopped socket', async () => {
    const { server, socket } = await openSocket();
    socket.stop();
    for (const event of ['offline', 'online', 'pagehide', 'pageshow', 'visibilitychange'] as const) {
      server.page.emit(event);
    }
    await settle(60_000);
    expect(socket.state.name).toBe('stopped');
    expect(server.ticketCalls).toBe(1);
  });
});
