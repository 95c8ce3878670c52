import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { HistoryPage } from '@usher/realtime/rooms';
import { sharedReads } from './shared-reads.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A history that returns a different page for each read, and a function that commits. */
function readings() {
  let seq = 0;
  const settled: ((committed: boolean) => void)[] = [];
  const read = sharedReads(
    (room): HistoryPage => {
      if (room === 'nowhere') throw new Error('no such room');
      return { epoch: 'e', seq: ++seq, messages: [], more: false };
    },
    { onSettled: (listener) => settled.push(listener) },
  );
  return { after: (room: string, seq = 1) => read(room, { after: seq, limit: 10, bytes: 100 }).seq, read, settled };
}

test('reads the same page once and another page separately', () => {
  const { after, read } = readings();
  expect([after('general'), after('general'), after('general', 2), after('random')]).toEqual([1, 1, 2, 3]);
  expect([read('general', { limit: 10 }).seq, read('general', { limit: 10, before: 5 }).seq]).toEqual([4, 5]);
  vi.advanceTimersByTime(100);
  expect(after('general')).toBe(6);
});

test('reads the page again after a commit', () => {
  const { after, settled } = readings();
  expect(after('general')).toBe(1);
  for (const listener of settled) listener(true);
  expect([after('general'), after('general')]).toEqual([2, 2]);
});

test('does not cache a failed read', () => {
  const { after } = readings();
  expect(() => after('nowhere')).toThrow('no such room');
  expect(() => after('nowhere')).toThrow('no such room');
  expect(after('general')).toBe(1);
});

test('caches a bounded number of pages', () => {
  const { after } = readings();
  const all = Array.from({ length: 300 }, (_, seq) => after('general', seq));
  expect(new Set(all).size).toBe(300);
  expect(after('general', 0)).toBe(1);
  expect(after('general', 299)).toBe(301);
});
