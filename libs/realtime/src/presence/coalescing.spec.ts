import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Coalescing } from './coalescing.ts';
import type { Status } from './presence.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

function coalescing(most = 100) {
  const now = new Map<string, Status>();
  const told: string[] = [];
  const subject = new Coalescing({
    everyMs: 500,
    most,
    current: (user) => now.get(user) ?? 'offline',
    tell: (user, status) => void told.push(`${performance.now()} ${user} ${status}`),
  });
  const start = performance.now();
  const change = (user: string, status: Status): void => {
    now.set(user, status);
    subject.changed(user, status);
  };
  const since = () => told.splice(0).map((line) => line.replace(/^[\d.]+/, (at) => String(Number(at) - start)));
  return { subject, change, since };
}

test('each person has an interval of their own', () => {
  const { change, since } = coalescing();
  change('lisa', 'online');
  vi.advanceTimersByTime(100);
  change('bart', 'online');
  change('lisa', 'away');
  change('bart', 'away');
  vi.advanceTimersByTime(2_000);
  expect(since()).toEqual(['0 lisa online', '100 bart online', '500 lisa away', '600 bart away']);
  expect(vi.getTimerCount()).toBe(0);
});

test('what is told at the end of an interval begins the next one', () => {
  const { change, since } = coalescing();
  for (let ms = 0; ms < 1_600; ms += 100) {
    change('lisa', (ms / 100) % 2 === 0 ? 'online' : 'away');
    vi.advanceTimersByTime(100);
  }
  change('lisa', 'away');
  vi.advanceTimersByTime(1_000);
  // At 500 ms the state is as told; the next change is told at once.
  expect(since()).toEqual(['0 lisa online', '500 lisa away', '1000 lisa online', '1500 lisa away']);
});

test('beyond its bound the person who was told first is followed early by the next one', () => {
  const { change, since } = coalescing(2);
  change('lisa', 'online');
  change('bart', 'online');
  change('lisa', 'away');
  change('homer', 'online');
  expect(since()).toEqual(['0 lisa online', '0 bart online', '0 lisa away', '0 homer online']);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('nothing is told after it was stopped', () => {
  const { subject, change, since } = coalescing();
  change('lisa', 'online');
  change('lisa', 'away');
  subject.stop();
  vi.advanceTimersByTime(1_000);
  expect(since()).toEqual(['0 lisa online']);
});
