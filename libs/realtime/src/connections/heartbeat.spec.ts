import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // By default the first beat is due at the end of its interval.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

const times = { heartbeatMs: 25_000, heartbeatGraceMs: 10_000, leaseMs: 24 * 3_600_000 };

test('sends a beat in every interval, the first one within the first interval', () => {
  const { connect } = newNode(times);
  const client = connect();
  for (let interval = 1; interval <= 10; interval++) {
    vi.advanceTimersByTime(25_250);
    expect(client.received('beat')).toHaveLength(interval);
    client.sendFrame({ type: 'beat' });
  }
  expect(client.closedWith).toBeUndefined();
});

test('closes a client that does not reply in time with 4008', () => {
  const { connect } = newNode(times);
  const client = connect();
  const replying = connect('bart');
  vi.advanceTimersByTime(25_250);
  expect(client.received('beat')).toHaveLength(1);
  replying.sendFrame({ type: 'beat' });
  vi.advanceTimersByTime(10_500);
  expect(client.closedWith).toEqual({ code: 4008, reason: 'heartbeat missed' });
  expect(replying.closedWith).toBeUndefined();
});

test('does not accept frames from before the beat as its reply', () => {
  const { connect } = newNode(times);
  const client = connect();
  while (client.received('beat').length === 0) {
    client.sendFrame({ type: 'beat' });
    vi.advanceTimersByTime(250);
  }
  vi.advanceTimersByTime(10_500);
  expect(client.closedWith?.code).toBe(4008);
});

test('accepts any frame as a reply, even a malformed one', () => {
  const { connect } = newNode(times);
  const client = connect();
  const confused = connect('bart');
  for (let interval = 0; interval < 4; interval++) {
    vi.advanceTimersByTime(25_250);
    client.sendFrame({ type: 'ping', id: interval + 1 });
    confused.sendFrame({ type: 'nonsense' });
  }
  expect([client.closedWith, confused.closedWith]).toEqual([undefined, undefined]);
});

test('measures the round trip of a beat by its reply, and not by other frames', () => {
  const { connect } = newNode(times);
  const client = connect();
  expect(client.connection.roundTripMs).toBeUndefined();
  while (client.received('beat').length === 0) vi.advanceTimersByTime(250);
  vi.advanceTimersByTime(100);
  client.sendFrame({ type: 'typing', room: 'general' });
  vi.advanceTimersByTime(80);
  client.sendFrame({ type: 'beat' });
  expect(client.connection.roundTripMs).toBe(180);
  // Only the first reply counts.
  vi.advanceTimersByTime(5_000);
  client.sendFrame({ type: 'beat' });
  expect(client.connection.roundTripMs).toBe(180);
});

test('spreads the beats of clients that connected together over the interval', () => {
  let turn = 0;
  vi.mocked(Math.random).mockImplementation(() => (turn++ % 200) / 200);
  const { connect } = newNode(times);
  const clients = Array.from({ length: 200 }, () => connect());
  const perStep: number[] = [];
  let before = 0;
  for (let step = 0; step < 10; step++) {
    vi.advanceTimersByTime(2_500);
    const now = clients.reduce((sum, client) => sum + client.received('beat').length, 0);
    perStep.push(now - before);
    before = now;
    for (const client of clients) client.sendFrame({ type: 'beat' });
  }
  for (const beats of perStep) {
    expect(beats).toBeGreaterThanOrEqual(17);
    expect(beats).toBeLessThanOrEqual(23);
  }
});

test('terminates a socket whose closing handshake does not complete', () => {
  const { connections, connect } = newNode({ ...times, closeGraceMs: 5_000 });
  const client = connect();
  client.answersClose = false;
  connections.close({}, 'going_away');
  vi.advanceTimersByTime(4_500);
  expect(client.terminated).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(client.terminated).toBe(true);
});

test('closes no connection for beats that it missed while the process was suspended', () => {
  const { connect } = newNode(times);
  const client = connect();
  while (client.received('beat').length === 0) vi.advanceTimersByTime(250);
  // Time advances but no timer runs: the machine is suspended.
  const asleep = performance.now() + 60_000;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(asleep);
  vi.advanceTimersToNextTimer();
  expect(client.closedWith).toBeUndefined();
  client.sendFrame({ type: 'beat' });
  clock.mockReturnValue(asleep + 11_000);
  vi.advanceTimersToNextTimer();
  expect(client.closedWith).toBeUndefined();
});

test('uses as many timers for 50 connections as for one, and stops them with the last one', () => {
  const { connect } = newNode(times);
  const clients = [connect()];
  const timers = vi.getTimerCount();
  for (let n = 1; n < 50; n += 1) clients.push(connect());
  expect(vi.getTimerCount()).toBe(timers);
  for (const client of clients) client.disconnect();
  vi.advanceTimersByTime(250);
  expect(vi.getTimerCount()).toBe(0);
});
