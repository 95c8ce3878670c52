import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // The first beat comes at the end of its interval, unless a test says otherwise.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

const times = { heartbeatMs: 25_000, heartbeatGraceMs: 10_000, leaseMs: 24 * 3_600_000 };

test('a beat comes in every interval, the first one within the first', () => {
  const { connect } = newNode(times);
  const client = connect();
  for (let interval = 1; interval <= 10; interval++) {
    vi.advanceTimersByTime(25_250);
    expect(client.of('beat')).toHaveLength(interval);
    client.say({ type: 'beat' });
  }
  expect(client.closedWith).toBeUndefined();
});

test('whoever does not answer in time is closed with 4008', () => {
  const { connect } = newNode(times);
  const client = connect();
  const answering = connect('bart');
  vi.advanceTimersByTime(25_250);
  expect(client.of('beat')).toHaveLength(1);
  answering.say({ type: 'beat' });
  vi.advanceTimersByTime(10_500);
  expect(client.closedWith).toEqual({ code: 4008, reason: 'heartbeat missed' });
  expect(answering.closedWith).toBeUndefined();
});

test('what came before the beat does not count as its answer', () => {
  const { connect } = newNode(times);
  const client = connect();
  while (client.of('beat').length === 0) {
    client.say({ type: 'beat' });
    vi.advanceTimersByTime(250);
  }
  vi.advanceTimersByTime(10_500);
  expect(client.closedWith?.code).toBe(4008);
});

test('any frame is a sign of life, even one that makes no sense', () => {
  const { connect } = newNode(times);
  const client = connect();
  const confused = connect('bart');
  for (let interval = 0; interval < 4; interval++) {
    vi.advanceTimersByTime(25_250);
    client.say({ type: 'ping', id: interval + 1 });
    confused.say({ type: 'nonsense' });
  }
  expect([client.closedWith, confused.closedWith]).toEqual([undefined, undefined]);
});

test('the beats of a crowd that came at once are spread over the interval', () => {
  let turn = 0;
  vi.mocked(Math.random).mockImplementation(() => (turn++ % 200) / 200);
  const { connect } = newNode(times);
  const clients = Array.from({ length: 200 }, () => connect());
  const perStep: number[] = [];
  let before = 0;
  for (let step = 0; step < 10; step++) {
    vi.advanceTimersByTime(2_500);
    const now = clients.reduce((sum, client) => sum + client.of('beat').length, 0);
    perStep.push(now - before);
    before = now;
    for (const client of clients) client.say({ type: 'beat' });
  }
  for (const beats of perStep) {
    expect(beats).toBeGreaterThanOrEqual(17);
    expect(beats).toBeLessThanOrEqual(23);
  }
});

test('a closing handshake that does not end is cut', () => {
  const { connections, connect } = newNode({ ...times, closeGraceMs: 5_000 });
  const client = connect();
  client.answersClose = false;
  connections.close({}, 'going_away');
  vi.advanceTimersByTime(4_500);
  expect(client.terminated).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(client.terminated).toBe(true);
});

test('a process that was asleep does not blame its clients for it', () => {
  const { connect } = newNode(times);
  const client = connect();
  while (client.of('beat').length === 0) vi.advanceTimersByTime(250);
  // Time goes on, no timer runs: the machine sleeps.
  const asleep = performance.now() + 60_000;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(asleep);
  vi.advanceTimersToNextTimer();
  expect(client.closedWith).toBeUndefined();
  client.say({ type: 'beat' });
  clock.mockReturnValue(asleep + 11_000);
  vi.advanceTimersToNextTimer();
  expect(client.closedWith).toBeUndefined();
});

test('one timer serves everybody, and none is left when all are gone', () => {
  const { connect } = newNode(times);
  const clients = Array.from({ length: 50 }, () => connect());
  expect(vi.getTimerCount()).toBe(1);
  for (const client of clients) client.hangUp();
  vi.advanceTimersByTime(250);
  expect(vi.getTimerCount()).toBe(0);
});
