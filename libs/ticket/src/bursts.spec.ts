import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bursts } from './bursts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Two responses in one turn begin a collection. */
async function newBusyBursts(): Promise<Bursts> {
  const bursts = new Bursts();
  expect(bursts.next()).toBeUndefined();
  expect(bursts.next()).toBeUndefined();
  await nextTurn();
  return bursts;
}

test('responses in different turns of the event loop pass at once', async () => {
  const bursts = new Bursts();
  for (let turn = 0; turn < 3; turn += 1) {
    expect(bursts.next()).toBeUndefined();
    await nextTurn();
  }
  expect(vi.getTimerCount()).toBe(0);
});

test('after several responses in one turn, the next ones pass together, in their order', async () => {
  const bursts = await newBusyBursts();
  const passed: number[] = [];
  const waiting = [1, 2, 3].map(async (response) => {
    await bursts.next();
    passed.push(response);
  });
  await nextTurn();
  expect(passed).toEqual([]);
  vi.advanceTimersByTime(1);
  await Promise.all(waiting);
  expect(passed).toEqual([1, 2, 3]);
});

test('a collection without several responses is the last one', async () => {
  const bursts = await newBusyBursts();
  const only = bursts.next();
  vi.advanceTimersByTime(1);
  await only;
  expect(bursts.next()).toBeUndefined();
  await nextTurn();
  expect(vi.getTimerCount()).toBe(0);
});

test('collections follow one another while each contains several responses', async () => {
  const bursts = await newBusyBursts();
  for (let collection = 0; collection < 3; collection += 1) {
    const both = [bursts.next(), bursts.next()];
    expect(both).not.toContain(undefined);
    vi.advanceTimersByTime(1);
    await Promise.all(both);
  }
});
