import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Renewal } from './connections-types.ts';
import { newNode } from '../testing/new-node.ts';

const start = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // The first beat is due at the end of its interval, because no client here replies to beats.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

const times = { leaseMs: 60_000, leaseNoticeMs: 10_000, heartbeatMs: 3_600_000, heartbeatGraceMs: 10_000 };

test('sends one lease notice before the lease ends, then closes with 4001', () => {
  const { connect } = newNode(times);
  const client = connect();
  expect(client.connection.lease).toBe(start / 1000 + 60);
  vi.advanceTimersByTime(49_500);
  expect(client.received('lease')).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(client.received('lease')).toEqual([{ type: 'lease', lease: start / 1000 + 60 }]);
  vi.advanceTimersByTime(9_000);
  expect(client.closedWith).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  expect(client.received('lease')).toHaveLength(1);
  expect(client.closedWith).toEqual({ code: 4001, reason: 'lease expired' });
});

test('extends the lease with a fresh ticket and sends the notice again', async () => {
  const renew = vi.fn(() => Promise.resolve<Renewal>({}));
  const { connect } = newNode({ ...times, renew });
  const client = connect();
  vi.advanceTimersByTime(55_000);
  const renewed = await client.request('renew', { ticket: 'fresh' });
  expect(renew).toHaveBeenCalledExactlyOnceWith(client.connection, 'fresh');
  expect(renewed['data']).toEqual({ lease: start / 1000 + 115 });
  expect(client.connection.lease).toBe(start / 1000 + 115);
  vi.advanceTimersByTime(55_000);
  expect(client.closedWith).toBeUndefined();
  expect(client.received('lease')).toHaveLength(2);
  vi.advanceTimersByTime(6_000);
  expect(client.closedWith?.code).toBe(4001);
});

test('uses the lease that the application sets at open and at renewal', async () => {
  const { connections, connect } = newNode({
    ...times,
    renew: () => Promise.resolve({ lease: start / 1000 + 5 }),
  });
  const client = connect();
  expect((await client.request('renew', { ticket: 'fresh' }))['data']).toEqual({ lease: start / 1000 + 5 });
  const { connection } = connections.open(
    connect('bart'),
    { user: 'bart', session: 'short', roles: [] },
    { lease: start / 1000 + 20 },
  );
  expect(connection.lease).toBe(start / 1000 + 20);
  vi.advanceTimersByTime(6_000);
  expect(client.closedWith?.code).toBe(4001);
  vi.advanceTimersByTime(15_000);
  expect(connection.open).toBe(false);
});

test('changes nothing for an invalid ticket', async () => {
  const { connect } = newNode({ ...times, renew: () => Promise.resolve(undefined) });
  const client = connect();
  expect(await client.request('renew', { ticket: 'used' })).toEqual({
    type: 'error',
    id: 1,
    code: 'invalid_ticket',
    message: 'Invalid ticket',
  });
  vi.advanceTimersByTime(61_000);
  expect(client.closedWith?.code).toBe(4001);
});

test('sends internal when the ticket store is unavailable, and logs no ticket', async () => {
  const error = vi.fn();
  const silent = () => undefined;
  const { connect } = newNode({
    ...times,
    log: { debug: silent, info: silent, warn: silent, error },
    renew: () => Promise.reject(new Error('store away')),
  });
  const client = connect();
  expect(await client.request('renew', { ticket: 'tick-secret' })).toMatchObject({ code: 'internal' });
  expect(error).toHaveBeenCalledOnce();
  expect(JSON.stringify(error.mock.calls)).not.toContain('tick-secret');
});

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('keeps a granted lease when the system time is set %s by an hour', (_direction, jumpMs) => {
  let jumped = 0;
  const { connect } = newNode({ ...times, now: () => Date.now() + jumped });
  const client = connect();
  jumped = jumpMs;
  vi.advanceTimersByTime(49_000);
  expect([client.received('lease'), client.closedWith]).toEqual([[], undefined]);
  vi.advanceTimersByTime(2_000);
  expect(client.received('lease')).toHaveLength(1);
  vi.advanceTimersByTime(10_000);
  expect(client.closedWith?.code).toBe(4001);
});
