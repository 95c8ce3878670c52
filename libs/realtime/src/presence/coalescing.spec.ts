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
  const received: string[] = [];
  const subject = new Coalescing({
    everyMs: 500,
    limit: most,
    current: (user) => now.get(user) ?? 'offline',
    send: (user, status) => void received.push(`${performance.now()} ${user} ${status}`),
  });
  const start = performance.now();
  const change = (user: string, status: Status): void => {
    now.set(user, status);
    subject.changed(user, status);
  };
  const since = () => received.splice(0).map((line) => line.replace(/^[\d.]+/, (at) => String(Number(at) - start)));
  return { subject, change, since };
}

test('has a separate interval per user', () => {
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

test('starts a new interval when it sends a status at the end of one', () => {
  const { change, since } = coalescing();
  for (let ms = 0; ms < 1_600; ms += 100) {
    change('lisa', (ms / 100) % 2 === 0 ? 'online' : 'away');
    vi.advanceTimersByTime(100);
  }
  change('lisa', 'away');
  vi.advanceTimersByTime(1_000);
  // At 500 ms the status is unchanged, so the next change is sent immediately.
  expect(since()).toEqual(['0 lisa online', '500 lisa away', '1000 lisa online', '1500 lisa away']);
});

test('ends the oldest interval early beyond its bound', () => {
  const { change, since } = coalescing(2);
  change('lisa', 'online');
  change('bart', 'online');
  change('lisa', 'away');
  change('homer', 'online');
  expect(since()).toEqual(['0 lisa online', '0 bart online', '0 lisa away', '0 homer online']);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('sends nothing after stop', () => {
  const { subject, change, since } = coalescing();
  change('lisa', 'online');
  change('lisa', 'away');
  subject.stop();
  vi.advanceTimersByTime(1_000);
  expect(since()).toEqual(['0 lisa online']);
});
