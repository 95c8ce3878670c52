import { describe, expect, test } from 'vitest';
import { newSocket, openSocket, settle } from './testing/new-socket.ts';

describe('without a network', () => {
  test('it says so at once and does not spin', async () => {
    const { server, socket, steps } = await openSocket();
    server.ticket = () => Promise.reject(new TypeError('fetch failed'));
    server.page.tell('offline');
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'offline' } });
    expect(steps.at(-1)?.step).toBe('offline');
    expect(server.live).toEqual([]);
    await settle(60_000);
    expect(socket.state.reason.kind).toBe('offline');
    // One every 20 seconds, for devices that are wrong about it.
    expect(server.asked).toBe(4);
  });

  test('it comes back the moment the network does', async () => {
    const { server, socket } = await openSocket();
    server.page.tell('offline');
    await settle(5_000);
    server.page.tell('online');
    expect(socket.state).toMatchObject({ name: 'ticket', reason: { kind: 'closed' } });
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('a device that only believes to be offline is connected all the same', async () => {
    const { server, socket } = newSocket();
    server.page.tell('offline');
    socket.connect();
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('a loss while offline is told as such', async () => {
    const { server, socket } = newSocket();
    server.page.tell('offline');
    server.ticket = () => Promise.reject(new TypeError('fetch failed'));
    socket.connect();
    await settle();
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'offline' } });
  });
});

describe('a page', () => {
  test('that goes into the back/forward cache hangs up, and comes back when it is shown again', async () => {
    const { server, socket } = await openSocket();
    server.page.tell('pagehide');
    expect(server.live).toEqual([]);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'hidden' } });
    await settle(10_000);
    expect(server.asked).toBe(1);
    server.page.tell('pageshow');
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('that is looked at again does not wait for the backoff', async () => {
    const { server, socket } = newSocket({ random: () => 1 });
    server.ticket = () => Promise.reject(new Error('away'));
    socket.connect();
    await settle(16_000);
    expect(socket.state.name).toBe('backoff');
    server.ticket = () => Promise.resolve(server.issue());
    server.page.tell('visibilitychange');
    await settle();
    expect(socket.state.name).toBe('open');
  });

  test('may tell whatever it likes once the socket has stopped', async () => {
    const { server, socket } = await openSocket();
    socket.stop();
    for (const event of ['offline', 'online', 'pagehide', 'pageshow', 'visibilitychange'] as const) {
      server.page.tell(event);
    }
    await settle(60_000);
    expect(socket.state.name).toBe('stopped');
    expect(server.asked).toBe(1);
  });
});
