import type { RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createFakeSocket } from '../testing/fake-socket.ts';
import { type ConnectionCounts, createMemoryConnectionCounts } from './connection-counts.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections-types.ts';
import { ConnectionReservations, type ReservationsOptions } from './reservations.ts';

let connections: Connections<RoomsProtocol>;

beforeEach(() => {
  vi.useFakeTimers();
  connections = createConnections<RoomsProtocol>({ codec: compileProtocol<RoomsProtocol>(roomsProtocol) });
  onTestFinished(() => {
    connections.stop();
    vi.useRealTimers();
  });
});

function newReservations(options: Partial<ReservationsOptions> = {}): ConnectionReservations {
  const reservations = new ConnectionReservations({ connections, maxPerUser: 3, ...options });
  onTestFinished(() => {
    reservations.stop();
  });
  return reservations;
}

function open(user: string) {
  const socket = createFakeSocket();
  socket.listener = connections.open(socket, { user, session: 's', roles: [] }).listener;
  return socket;
}

describe('connection reservations', () => {
  test('count together with open connections, per user', async () => {
    const reservations = newReservations();
    const socket = open('maggie');
    expect(await reservations.reserve('maggie', 's')).toBeDefined();
    expect(await reservations.reserve('maggie', 's')).toBeDefined();
    expect(await reservations.reserve('maggie', 's')).toBeUndefined();
    expect(await reservations.isAvailable('maggie')).toBe(false);
    expect(await reservations.reserve('bart', 't')).toBeDefined();
    expect(reservations.size).toBe(3);
    socket.disconnect();
    expect(await reservations.isAvailable('maggie')).toBe(true);
  });

  test('count before the store replies, so that parallel handshakes cannot exceed the limit', async () => {
    const reservations = newReservations();
    const all = await Promise.all(Array.from({ length: 10 }, () => reservations.reserve('maggie', 's')));
    expect(all.filter((reservation) => reservation !== undefined)).toHaveLength(3);
  });

  test('can be claimed once, and no longer count after release', async () => {
    const reservations = newReservations();
    const reservation = await reservations.reserve('maggie', 's');
    expect(reservation?.claim()).toBe(true);
    expect(reservation?.claim()).toBe(false);
    (await reservations.reserve('maggie', 's'))?.release();
    expect(reservations.size).toBe(0);
  });

  test('cannot be claimed after their session was revoked, even while the store has not replied', async () => {
    const reservations = newReservations();
    const revoked = await reservations.reserve('maggie', 's');
    const pending = reservations.reserve('maggie', 's');
    const other = await reservations.reserve('maggie', 't');
    reservations.revoke('s');
    expect([revoked?.claim(), revoked?.isRevoked]).toEqual([false, true]);
    expect((await pending)?.claim() ?? false).toBe(false);
    expect(other?.claim()).toBe(true);
  });

  test('time out when a handshake does not finish, even if no other handshake arrives', async () => {
    let now = 1_000;
    const reports: number[] = [];
    const counts: ConnectionCounts = {
      ...createMemoryConnectionCounts(),
      set: (_user, own) => reports.push(own),
    };
    const reservations = newReservations({ counts, now: () => now });
    const dead = [await reservations.reserve('maggie', 's'), await reservations.reserve('maggie', 's')];
    now += 9_999;
    expect(reservations.size).toBe(2);
    now += 1;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reports).toEqual([1, 0]);
    expect(dead[0]?.claim()).toBe(false);
    expect(reservations.size).toBe(0);
  });

  test('reject and do not count when the store does not reply in time', async () => {
    const counts: ConnectionCounts = {
      ...createMemoryConnectionCounts(),
      reserve: () => new Promise(() => undefined),
      isAvailable: () => Promise.reject(new Error('the store is down')),
    };
    const reservations = newReservations({ counts, storeTimeoutMs: 50 });
    const rejected = expect(reservations.reserve('maggie', 's')).rejects.toThrow('counts.reserve did not settle');
    await vi.advanceTimersByTimeAsync(50);
    await rejected;
    expect(reservations.size).toBe(0);
    await expect(reservations.isAvailable('maggie')).rejects.toThrow('the store is down');
  });
});
