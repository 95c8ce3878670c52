import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function newDeadlines(limitMs: number) {
  const expired: string[] = [];
  return { expired, deadlines: new Deadlines<string>(limitMs, (operation) => expired.push(operation)) };
}

describe('Deadlines', () => {
  test('does not report an operation that ends within the limit', () => {
    const { expired, deadlines } = newDeadlines(100);
    deadlines.begin('quick');
    vi.advanceTimersByTime(99);
    expect(deadlines.end('quick')).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(expired).toEqual([]);
  });

  test('reports each operation once, at its own deadline', () => {
    const { expired, deadlines } = newDeadlines(100);
    deadlines.begin('first');
    vi.advanceTimersByTime(60);
    deadlines.begin('second');
    vi.advanceTimersByTime(39);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual(['first']);
    expect(deadlines.end('first')).toBe(false);
    vi.advanceTimersByTime(60);
    expect(expired).toEqual(['first', 'second']);
  });

  test('gives the full limit to an operation that begins after all others ended', () => {
    const { expired, deadlines } = newDeadlines(100);
    deadlines.begin('first');
    deadlines.end('first');
    vi.advanceTimersByTime(70);
    deadlines.begin('second');
    vi.advanceTimersByTime(99);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual(['second']);
  });

  test('runs no timer when no operation is pending', () => {
    const { deadlines } = newDeadlines(100);
    deadlines.begin('one');
    deadlines.end('one');
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });
});
