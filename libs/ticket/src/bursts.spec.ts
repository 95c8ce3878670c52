import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bursts } from './bursts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Three responses within a millisecond begin a collection. */
function newBusyBursts(): Bursts {
  const bursts = new Bursts();
  for (let response = 0; response < 3; response += 1) expect(bursts.next()).toBeUndefined();
  return bursts;
}

test('two responses per millisecond pass at once', () => {
  const bursts = new Bursts();
  for (let interval = 0; interval < 3; interval += 1) {
    expect(bursts.next()).toBeUndefined();
    expect(bursts.next()).toBeUndefined();
    vi.advanceTimersByTime(1);
  }
  expect(vi.getTimerCount()).toBe(0);
});

test('after three responses within a millisecond, the next ones pass together, in their order', async () => {
  const bursts = newBusyBursts();
  const passed: number[] = [];
  const waiting = [1, 2, 3].map(async (response) => {
    await bursts.next();
    passed.push(response);
  });
  await Promise.resolve();
  expect(passed).toEqual([]);
  vi.advanceTimersByTime(1);
  await Promise.all(waiting);
  expect(passed).toEqual([1, 2, 3]);
});

test('a collection of few responses is the last one', async () => {
  const bursts = newBusyBursts();
  const only = bursts.next();
  vi.advanceTimersByTime(1);
  await only;
  expect(bursts.next()).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('the 32nd response that waits lets all of them pass immediately', async () => {
  const bursts = newBusyBursts();
  const responses = Array.from({ length: 32 }, () => bursts.next());
  expect(responses).not.toContain(undefined);
  for (const response of responses) await response;
  expect(vi.getTimerCount()).toBe(1);
});

test('collections follow one another while each contains several responses', async () => {
  const bursts = newBusyBursts();
  for (let collection = 0; collection < 3; collection += 1) {
    const responses = [bursts.next(), bursts.next(), bursts.next()];
    expect(responses).not.toContain(undefined);
    vi.advanceTimersByTime(1);
    for (const response of responses) await response;
  }
});
