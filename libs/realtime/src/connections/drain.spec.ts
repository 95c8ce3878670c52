import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // The first beat is due at the end of its interval, because no client here replies to beats.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

test('a drain closes all connections with 1012, spread evenly over its duration, and resolves after the last one', async () => {
  const { connections, connect } = newNode();
  const clients = Array.from({ length: 100 }, () => connect());
  const closed = () => clients.filter(({ closedWith }) => closedWith !== undefined).length;
  let done = false;
  const draining = connections.drain(10_000).then(() => {
    done = true;
  });
  for (let second = 1; second < 10; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed()).toBeGreaterThanOrEqual(second * 10);
    expect(closed()).toBeLessThanOrEqual(second * 10 + 2);
  }
  expect(done).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  await draining;
  expect(new Set(clients.map(({ closedWith }) => closedWith?.code))).toEqual(new Set([1012]));
});

test('a drain without connections resolves immediately', async () => {
  const { connections } = newNode();
  await connections.drain(10_000);
  expect(connections.size).toBe(0);
});

test('a drain of 0 ms closes all connections immediately', async () => {
  const { connections, connect } = newNode();
  const clients = Array.from({ length: 10 }, () => connect());
  const draining = connections.drain(0);
  expect(clients.every(({ closedWith }) => closedWith?.code === 1012)).toBe(true);
  await draining;
});

test('a drain still serves the connections that it has not closed yet', async () => {
  const { connections, connect } = newNode();
  const first = connect();
  const last = connect();
  void connections.drain(1_000);
  await vi.advanceTimersByTimeAsync(400);
  expect(first.closedWith?.code).toBe(1012);
  expect((await last.request('ping')).type).toBe('reply');
});

test('a connection that opens during a drain is closed immediately', async () => {
  const { connections, connect } = newNode();
  connect();
  void connections.drain(1_000);
  const late = connect('bart');
  expect(late.closedWith?.code).toBe(1012);
  expect(late.frames).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(connections.size).toBe(0);
});

test('a drain terminates a client that does not respond to the close frame after closeGraceMs', async () => {
  const { connections, connect } = newNode({ closeGraceMs: 2_000 });
  const client = connect();
  client.answersClose = false;
  const draining = connections.drain(0);
  await vi.advanceTimersByTimeAsync(2_500);
  await draining;
  expect(client.terminated).toBe(true);
});

test('a drain ends within its deadline, terminates the remaining sockets and returns their number', async () => {
  const { connections, connect } = newNode({ closeGraceMs: 5_000 });
  const polite = Array.from({ length: 20 }, () => connect());
  const stuck = Array.from({ length: 80 }, () => connect());
  for (const client of stuck) client.answersClose = false;
  let unfinished: number | undefined;
  void connections.drain(6_667, 10_000).then((count) => (unfinished = count));
  await vi.advanceTimersByTimeAsync(9_999);
  expect(unfinished).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(unfinished).toBe(80);
  expect(stuck.every(({ terminated }) => terminated)).toBe(true);
  expect(polite.some(({ terminated }) => terminated)).toBe(false);
});

test('a drain whose deadline is shorter than its duration closes everything before the deadline', async () => {
  const { connections, connect } = newNode();
  const clients = Array.from({ length: 100 }, () => connect());
  const draining = connections.drain(60_000, 1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await draining).toBe(0);
  expect(new Set(clients.map(({ closedWith }) => closedWith?.code))).toEqual(new Set([1012]));
});

test('late timers do not prolong a drain', async () => {
  const { connections, connect } = newNode();
  const clients = Array.from({ length: 100 }, () => connect());
  void connections.drain(10_000);
  // The event loop is blocked for 8 seconds: the clock advances and no timer runs.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 8_000);
  await vi.advanceTimersByTimeAsync(50);
  expect(clients.filter(({ closedWith }) => closedWith !== undefined).length).toBeGreaterThanOrEqual(80);
});
