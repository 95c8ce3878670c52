import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function newDeadlines(limitMs: number) {
  const late: string[] = [];
  return { late, deadlines: new Deadlines<string>(limitMs, (one) => late.push(one)) };
}

test('what is over in time is not told of', () => {
  const { late, deadlines } = newDeadlines(100);
  deadlines.begin('quick');
  vi.advanceTimersByTime(99);
  expect(deadlines.over('quick')).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(late).toEqual([]);
});

test('each is late after its own time, is told once, and is over then', () => {
  const { late, deadlines } = newDeadlines(100);
  deadlines.begin('first');
  vi.advanceTimersByTime(60);
  deadlines.begin('second');
  vi.advanceTimersByTime(39);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['first']);
  expect(deadlines.over('first')).toBe(false);
  vi.advanceTimersByTime(60);
  expect(late).toEqual(['first', 'second']);
});

test('one that begins after all others are over has its whole time', () => {
  const { late, deadlines } = newDeadlines(100);
  deadlines.begin('first');
  deadlines.over('first');
  vi.advanceTimersByTime(70);
  deadlines.begin('second');
  vi.advanceTimersByTime(99);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['second']);
});

test('nothing is left running once nobody waits', () => {
  const { deadlines } = newDeadlines(100);
  deadlines.begin('one');
  deadlines.over('one');
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});
