import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConnectSlots, type SlotResult } from './connect-slots.ts';

let clients = 0;

/** Another user each time. */
function somebody(): { user: string; session: string } {
  clients += 1;
  return { user: `user ${clients}`, session: `session ${clients}` };
}

function waitOf(result: SlotResult): number {
  if (!result.ok) throw new Error(result.reason);
  return result.connectAfterMs;
}

test('without a limit nobody waits', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 0 });
  for (let n = 0; n < 10_000; n += 1) expect(slots.take(somebody())).toEqual({ ok: true, connectAfterMs: 0 });
});

test('a crowd is spread at the rate that is allowed, and then nobody waits any more', () => {
  let now = 1_000_000;
  const slots = new ConnectSlots({ connectsPerSecond: 10, now: () => now });
  const waits = Array.from({ length: 30 }, () => waitOf(slots.take(somebody())));
  expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  expect(waits.slice(10)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 100));
  now += 4_000;
  expect(waitOf(slots.take(somebody()))).toBe(0);
});

test('in no second do more begin than a burst and what is allowed', () => {
  let now = 0;
  const slots = new ConnectSlots({ connectsPerSecond: 5, now: () => now });
  const begins: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const slot = slots.take(somebody());
    if (slot.ok) begins.push(now + slot.connectAfterMs);
    now += 37;
  }
  for (const at of begins)
    expect(begins.filter((other) => other > at && other <= at + 1_000).length).toBeLessThan(2 * 5);
});

test('who would have to wait too long is told when to ask again, and takes no slot', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, maxWaitMs: 2_000, now: () => 0 });
  expect([slots.take(somebody()), slots.take(somebody()), slots.take(somebody())].every(({ ok }) => ok)).toBe(true);
  expect(slots.take(somebody())).toEqual({ ok: false, reason: 'at_capacity', retryAfterMs: 3_000 });
  expect(slots.take(somebody())).toEqual({ ok: false, reason: 'at_capacity', retryAfterMs: 3_000 });
});

test('a slot that is given back goes to the next client, also when others were taken behind it', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
  const taken = Array.from({ length: 4 }, () => slots.take(somebody()));
  expect(taken.map(waitOf)).toEqual([0, 1_000, 2_000, 3_000]);
  for (const index of [3, 1]) {
    const result = taken[index];
    if (result?.ok === true && result.slot !== undefined) slots.giveBack(result.slot);
  }
  expect(Array.from({ length: 3 }, () => waitOf(slots.take(somebody())))).toEqual([1_000, 3_000, 4_000]);
});

test('giving a slot back twice frees it once', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
  const [, second] = [slots.take(somebody()), slots.take(somebody()), slots.take(somebody())];
  for (let n = 0; n < 2; n += 1) if (second.ok && second.slot !== undefined) slots.giveBack(second.slot);
  expect([waitOf(slots.take(somebody())), waitOf(slots.take(somebody()))]).toEqual([1_000, 3_000]);
});

describe('a user', () => {
  const session = (n: number) => ({ user: 'mallory', session: `session ${n}` });

  test('with 100 sessions holds 20 slots of a queue, so that the next person does not wait for 48 seconds', () => {
    const slots = new ConnectSlots({ connectsPerSecond: 20, now: () => 0 });
    const results = Array.from({ length: 1_000 }, (_, n) => slots.take(session(n % 100)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(results.at(-1)).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 50 });
    expect(waitOf(slots.take(somebody()))).toBe(50);
  });

  test('is not limited while nobody has to wait', () => {
    let now = 0;
    const slots = new ConnectSlots({ connectsPerSecond: 20, maxPerUser: 3, now: () => now });
    for (let n = 0; n < 200; n += 1, now += 50) expect(waitOf(slots.take(session(n)))).toBe(0);
  });

  test('gets slots again when tickets were used, and when unused ones have expired', () => {
    let now = 0;
    const slots = new ConnectSlots({ connectsPerSecond: 1, maxPerUser: 3, holdMs: 10_000, now: () => now });
    for (let n = 0; n < 3; n += 1) expect(slots.take(session(n)).ok).toBe(true);
    expect(slots.take(session(9)).ok).toBe(false);
    slots.used(session(1));
    slots.used(session(1));
    expect(slots.take(session(9)).ok).toBe(true);
    expect(slots.take(session(9)).ok).toBe(false);
    // Others keep the queue long. The first slot of the user began at 0 ms and expires 10 seconds later.
    for (let n = 0; n < 30; n += 1) slots.take(somebody());
    now = 9_999;
    expect(slots.take(session(9))).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 1 });
    now = 10_000;
    expect(slots.take(session(9)).ok).toBe(true);
  });

  test('whose session is revoked leaves its later slots to the next clients', () => {
    const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
    for (let n = 0; n < 5; n += 1) slots.take(session(n % 2));
    expect(waitOf(slots.take(somebody()))).toBe(5_000);
    slots.revokeSession('session 0');
    slots.revokeSession('session 0');
    // Those of session 0 began at 0, 2,000 and 4,000 ms; the first may have been used.
    expect(Array.from({ length: 3 }, () => waitOf(slots.take(somebody())))).toEqual([2_000, 4_000, 6_000]);
    slots.revokeSession('unknown');
  });
});

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('a system time that is set %s by an hour makes nobody wait', (_direction, jumpMs) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const slots = new ConnectSlots({ connectsPerSecond: 20 });
  for (let n = 0; n < 10; n += 1) slots.take(somebody());
  vi.setSystemTime(1_700_000_000_000 + jumpMs);
  expect(waitOf(slots.take(somebody()))).toBe(0);
});

test.each([-1, Number.NaN, Infinity])('a rate of %s is refused', (connectsPerSecond) => {
  expect(() => new ConnectSlots({ connectsPerSecond })).toThrow('connectsPerSecond');
});

test.each([0, 1.5, Number.NaN])('a limit of %s slots per user is refused', (maxPerUser) => {
  expect(() => new ConnectSlots({ connectsPerSecond: 1, maxPerUser })).toThrow('maxPerUser');
});
