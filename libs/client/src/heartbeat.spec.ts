import { describe, expect, test, vi } from 'vitest';
import { openSocket, settle } from './testing/new-socket.ts';

describe('the heartbeat', () => {
  test('is answered', async () => {
    const { server, steps } = await openSocket();
    server.last.say({ type: 'beat' });
    expect(server.last.received).toEqual([{ type: 'beat' }]);
    expect(steps.at(-1)?.step).toBe('beat');
  });

  test('that is missed for longer than the grace ends the connection, and it comes back', async () => {
    const { server, socket } = await openSocket();
    await settle(34_999);
    expect(socket.state.name).toBe('open');
    await settle(1);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
    expect(server.live).toEqual([]);
    await settle(500);
    expect(socket.state.name).toBe('open');
  });

  test('any sign of life will do, were it noise', async () => {
    const { server, socket } = await openSocket();
    for (const sign of [{ type: 'beat' }, 'noise', { type: 'nobody knows' }, '{"type":7}', '']) {
      await settle(30_000);
      server.last.say(sign);
      expect(socket.state.name).toBe('open');
    }
    expect(vi.getTimerCount()).toBeLessThan(5);
  });

  test('follows what the welcome says', async () => {
    const { server, socket } = await openSocket();
    server.heartbeatMs = 1_000;
    socket.drop();
    await settle(500);
    expect(socket.state.name).toBe('open');
    await settle(10_749);
    expect(socket.state.name).toBe('open');
    await settle(1);
    expect(socket.state.name).toBe('backoff');
  });

  test('a clock that was set back does not make it patient', async () => {
    const { socket } = await openSocket();
    vi.setSystemTime(Date.now() - 3_600_000);
    await settle(70_000);
    expect(socket.state.name).toBe('backoff');
  });
});

describe('after a sleep', () => {
  test('a connection that has been silent for too long is given up at the first look, not by a timer', async () => {
    const { server, socket } = await openSocket();
    vi.setSystemTime(Date.now() + 3_600_000);
    server.page.tell('visibilitychange');
    await settle();
    expect(socket.state.name).toBe('open');
    expect(server.sockets).toHaveLength(2);
    expect(server.live).toHaveLength(1);
  });

  test('one that was heard of lately is kept', async () => {
    const { server } = await openSocket();
    await settle(20_000);
    server.page.tell('visibilitychange');
    server.page.tell('pageshow');
    server.page.tell('online');
    await settle();
    expect(server.sockets).toHaveLength(1);
  });
});
