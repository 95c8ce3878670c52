import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // The first beat comes at the end of its interval: nobody answers any here.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

test('a drain closes all with 1012, spread evenly over its time, and resolves when the last one is gone', async () => {
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

test('with nobody there it is over at once', async () => {
  const { connections } = newNode();
  await connections.drain(10_000);
  expect(connections.size).toBe(0);
});

test('of no duration it closes everybody now', async () => {
  const { connections, connect } = newNode();
  const clients = Array.from({ length: 10 }, () => connect());
  const draining = connections.drain(0);
  expect(clients.every(({ closedWith }) => closedWith?.code === 1012)).toBe(true);
  await draining;
});

test('those whose turn has not come are still served', async () => {
  const { connections, connect } = newNode();
  const first = connect();
  const last = connect();
  void connections.drain(1_000);
  await vi.advanceTimersByTimeAsync(400);
  expect(first.closedWith?.code).toBe(1012);
  expect((await last.ask('ping')).type).toBe('reply');
});

test('whoever comes during a drain is sent back at once', async () => {
  const { connections, connect } = newNode();
  connect();
  void connections.drain(1_000);
  const late = connect('bart');
  expect(late.closedWith?.code).toBe(1012);
  expect(late.frames).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(connections.size).toBe(0);
});

test('a client that does not let go is cut, and the drain ends', async () => {
  const { connections, connect } = newNode({ closeGraceMs: 2_000 });
  const client = connect();
  client.answersClose = false;
  const draining = connections.drain(0);
  await vi.advanceTimersByTimeAsync(2_500);
  await draining;
  expect(client.terminated).toBe(true);
});
