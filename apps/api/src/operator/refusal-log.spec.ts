import { expect, test } from 'vitest';
import { type NewRefusal, RefusalLog } from './refusal-log.ts';

const refusal = (change: Partial<NewRefusal> = {}): NewRefusal => ({
  kind: 'handshake',
  code: 'invalid_ticket',
  reason: 'unknown',
  ...change,
});

/** A log whose clock advances by one millisecond with each refusal. */
function logOf(capacity: number, refusals: readonly NewRefusal[]): RefusalLog {
  let at = 1_000;
  const log = new RefusalLog({ node: 'a', capacity, now: () => at++ });
  for (const each of refusals) log.add(each);
  return log;
}

const numbered = (count: number) => Array.from({ length: count }, (_, number) => refusal({ user: `user-${number}` }));
const usersOf = (log: RefusalLog, size: number) => log.page({}, size).entries.map(({ value: { user } }) => user);

test('keeps the newest refusals and counts all', () => {
  const log = logOf(3, numbered(8));
  expect(usersOf(log, 10)).toEqual(['user-7', 'user-6', 'user-5']);
  expect([log.count, log.page({}, 10).total]).toEqual([8, 3]);
});

test('the next page begins after the last record, even when records were added and dropped meanwhile', () => {
  const log = logOf(5, numbered(5));
  const first = log.page({}, 2);
  log.add(refusal({ user: 'new' }));
  const next = log.page({}, 10, first.entries.at(-1)?.position);
  expect(next.entries.map(({ value: { user } }) => user)).toEqual(['user-2', 'user-1']);
});

test('stays in order when the clock is set back', () => {
  const times = [5_000, 4_000, 6_000];
  const log = new RefusalLog({ node: 'a', capacity: 10, now: () => times.shift() ?? 0 });
  for (const each of numbered(3)) log.add(each);
  expect(log.page({}, 3).entries.map(({ value: { at, user } }) => [at, user])).toEqual([
    [6_000, 'user-2'],
    [5_000, 'user-1'],
    [5_000, 'user-0'],
  ]);
});

test('groups by a field, largest group first, and counts all groups', () => {
  const log = logOf(10, [
    refusal({ origin: 'https://a.example' }),
    refusal({ origin: 'https://b.example' }),
    refusal({ origin: 'https://a.example' }),
    refusal(),
  ]);
  expect(log.groups({ by: 'origin', limit: 1 })).toEqual({
    groups: [{ value: 'https://a.example', count: 2, lastAt: 1_002 }],
    total: 4,
  });
  expect(log.groups({ by: 'node', limit: 5 }).groups).toEqual([{ value: 'a', count: 4, lastAt: 1_003 }]);
});

test('finds the refusals of a receipt, oldest first, from a time on', () => {
  const receipt = 'K7Q-2MF';
  const log = logOf(10, [refusal({ receipt }), refusal(), refusal({ receipt, reason: 'used' })]);
  expect(log.findReceipt(receipt, 0).map(({ reason }) => reason)).toEqual(['unknown', 'used']);
  expect(log.findReceipt(receipt, 1_001).map(({ reason }) => reason)).toEqual(['used']);
});
