import { describe, expect, test, vi } from 'vitest';
import { openSocket, settle } from '../testing/new-socket.ts';

describe('the heartbeat', () => {
  test('sends a beat for each beat of the server', async () => {
    const { server, steps } = await openSocket();
    server.last.emit({ type: 'beat' });
    expect(server.last.received).toEqual([{ type: 'beat' }]);
    expect(steps.at(-1)?.step).toBe('beat');
  });

  test('reconnects if it is overdue for longer than the grace period', async () => {
    const { server, socket } = await openSocket();
    await settle(34_999);
    expect(socket.state.name).toBe('open');
    await settle(1);
    expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
    expect(server.live).toEqual([]);
    await settle(500);
    expect(socket.state.name).toBe('open');
  });

  test('accepts any data from the server, including invalid frames', async () => {
    const { server, socket } = await openSocket();
    for (const data of [{ type: 'beat' }, 'not a frame', { type: 'unknown' }, '{"type":7}', '']) {
      await settle(30_000);
      server.last.emit(data);
      expect(socket.state.name).toBe('open');
    }
    expect(vi.getTimerCount()).toBeLessThan(5);
  });

  test('uses the interval of the welcome', async () => {
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

  test('does not wait longer if the clock is set back', async () => {
    const { socket } = await openSocket();
    vi.setSystemTime(Date.now() - 3_600_000);
    await settle(70_000);
    expect(socket.state.name).toBe('backoff');
  });
});

describe('after sleep', () => {
  test('reconnects at the first page event if the connection was silent for too long', async () => {
    const { server, socket } = await openSocket();
    vi.setSystemTime(Date.now() + 3_600_000);
    server.page.emit('visibilitychange');
    await settle();
    expect(socket.state.name).toBe('open');
    expect(server.sockets).toHaveLength(2);
    expect(server.live).toHaveLength(1);
  });

  test('keeps a connection that received data recently', async () => {
    const { server } = await openSocket();
    await settle(20_000);
    server.page.emit('visibilitychange');
    server.page.emit('pageshow');
    server.page.emit('online');
    await settle();
    expect(server.sockets).toHaveLength(1);
  });
});
