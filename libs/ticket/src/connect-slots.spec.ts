import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConnectSlots, type SlotResult } from './connect-slots.ts';

let clients = 0;

/** Returns a new user with a new session at each call. */
function newClient(): { user: string; session: string } {
  clients += 1;
  return { user: `user ${clients}`, session: `session ${clients}` };
}

function waitOf(result: SlotResult): number {
  if (!result.ok) throw new Error(result.reason);
  return result.connectAfterMs;
}

test('a rate of 0 assigns no waiting time', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 0 });
  for (let n = 0; n < 10_000; n += 1) expect(slots.assign(newClient())).toEqual({ ok: true, connectAfterMs: 0 });
});

test('simultaneous clients are spread at the configured rate, and clients after the queue do not wait', () => {
  let now = 1_000_000;
  const slots = new ConnectSlots({ connectsPerSecond: 10, now: () => now });
  const waits = Array.from({ length: 30 }, () => waitOf(slots.assign(newClient())));
  expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  expect(waits.slice(10)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 100));
  now += 4_000;
  expect(waitOf(slots.assign(newClient()))).toBe(0);
});

test('no second contains more connects than the burst plus the configured rate', () => {
  let now = 0;
  const slots = new ConnectSlots({ connectsPerSecond: 5, now: () => now });
  const begins: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const slot = slots.assign(newClient());
    if (slot.ok) begins.push(now + slot.connectAfterMs);
    now += 37;
  }
  for (const at of begins)
    expect(begins.filter((other) => other > at && other <= at + 1_000).length).toBeLessThan(2 * 5);
});

test('a wait above maxWaitMs is rejected with a retry time and takes no slot', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, maxWaitMs: 2_000, now: () => 0 });
  expect([slots.assign(newClient()), slots.assign(newClient()), slots.assign(newClient())].every(({ ok }) => ok)).toBe(
    true,
  );
  expect(slots.assign(newClient())).toEqual({ ok: false, reason: 'at_capacity', retryAfterMs: 3_000 });
  expect(slots.assign(newClient())).toEqual({ ok: false, reason: 'at_capacity', retryAfterMs: 3_000 });
});

test('a slot that is given back is assigned to the next client, even if later slots are taken', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
  const taken = Array.from({ length: 4 }, () => slots.assign(newClient()));
  expect(taken.map(waitOf)).toEqual([0, 1_000, 2_000, 3_000]);
  for (const index of [3, 1]) {
    const result = taken[index];
    if (result?.ok === true && result.slot !== undefined) slots.returnSlot(result.slot);
  }
  expect(Array.from({ length: 3 }, () => waitOf(slots.assign(newClient())))).toEqual([1_000, 3_000, 4_000]);
});

test('a slot that is given back twice is reassigned once', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
  const [, second] = [slots.assign(newClient()), slots.assign(newClient()), slots.assign(newClient())];
  for (let n = 0; n < 2; n += 1) if (second.ok && second.slot !== undefined) slots.returnSlot(second.slot);
  expect([waitOf(slots.assign(newClient())), waitOf(slots.assign(newClient()))]).toEqual([1_000, 3_000]);
});

describe('a user', () => {
  const session = (n: number) => ({ user: 'mallory', session: `session ${n}` });

  test('with 100 sessions holds at most 20 slots of the queue, so the next user does not wait 48 seconds', () => {
    const slots = new ConnectSlots({ connectsPerSecond: 20, now: () => 0 });
    const results = Array.from({ length: 1_000 }, (_, n) => slots.assign(session(n % 100)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(results.at(-1)).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 50 });
    expect(waitOf(slots.assign(newClient()))).toBe(50);
  });

  test('is not limited while there is no queue', () => {
    let now = 0;
    const slots = new ConnectSlots({ connectsPerSecond: 20, maxPerUser: 3, now: () => now });
    for (let n = 0; n < 200; n += 1, now += 50) expect(waitOf(slots.assign(session(n)))).toBe(0);
  });

  test('receives new slots after tickets are used and after unused slots expire', () => {
    let now = 0;
    const slots = new ConnectSlots({ connectsPerSecond: 1, maxPerUser: 3, holdMs: 10_000, now: () => now });
    for (let n = 0; n < 3; n += 1) expect(slots.assign(session(n)).ok).toBe(true);
    expect(slots.assign(session(9)).ok).toBe(false);
    slots.markUsed(session(1));
    slots.markUsed(session(1));
    expect(slots.assign(session(9)).ok).toBe(true);
    expect(slots.assign(session(9)).ok).toBe(false);
    // Other users keep the queue long. The first slot of this user starts at 0 ms and expires 10 seconds later.
    for (let n = 0; n < 30; n += 1) slots.assign(newClient());
    now = 9_999;
    expect(slots.assign(session(9))).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 1 });
    now = 10_000;
    expect(slots.assign(session(9)).ok).toBe(true);
  });

  test('loses the future slots of a revoked session to the next clients', () => {
    const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
    for (let n = 0; n < 5; n += 1) slots.assign(session(n % 2));
    expect(waitOf(slots.assign(newClient()))).toBe(5_000);
    slots.revokeSession('session 0');
    slots.revokeSession('session 0');
    // The slots of session 0 start at 0, 2,000 and 4,000 ms. The first is not reassigned, because its ticket may be used already.
    expect(Array.from({ length: 3 }, () => waitOf(slots.assign(newClient())))).toEqual([2_000, 4_000, 6_000]);
    slots.revokeSession('unknown');
  });
});

test('each of several nodes assigns an equal share of the slots, and adapts when a node joins or goes down', () => {
  let now = 0;
  let live = 3;
  const nodes = Array.from(
    { length: 3 },
    () => new ConnectSlots({ connectsPerSecond: 30, nodes: () => live, maxWaitMs: 60_000, now: () => now }),
  );
  const waits = nodes.flatMap((slots) => Array.from({ length: 60 }, () => waitOf(slots.assign(newClient()))));
  // After the burst of one second, at most 30 of the 180 clients connect within any second.
  expect(waits.filter((wait) => wait === 0)).toHaveLength(30);
  for (let second = 0; second < 5; second++) {
    const from = second * 1_000;
    expect(waits.filter((wait) => wait > from && wait <= from + 1_000)).toHaveLength(30);
  }
  now = 60_000;
  live = 1;
  const [alone = new ConnectSlots({ connectsPerSecond: 0 })] = nodes;
  const later = Array.from({ length: 60 }, () => waitOf(alone.assign(newClient())));
  // Half of them connect at once and the other half within a second, instead of five.
  expect(Math.max(...later)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...later)).toBeLessThanOrEqual(1_001);
});

test('a slot that is given back after the number of nodes has changed is assigned again', () => {
  let live = 2;
  const slots = new ConnectSlots({ connectsPerSecond: 1, nodes: () => live, now: () => 0 });
  slots.assign(newClient());
  const last = slots.assign(newClient());
  live = 1;
  if (last.ok && last.slot !== undefined) slots.returnSlot(last.slot);
  expect(waitOf(slots.assign(newClient()))).toBe(2_000);
  expect(waitOf(slots.assign(newClient()))).toBe(3_000);
});

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('setting the system time %s by an hour does not delay clients', (_direction, jumpMs) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const slots = new ConnectSlots({ connectsPerSecond: 20 });
  for (let n = 0; n < 10; n += 1) slots.assign(newClient());
  vi.setSystemTime(1_700_000_000_000 + jumpMs);
  expect(waitOf(slots.assign(newClient()))).toBe(0);
});

test.each([-1, Number.NaN, Infinity])(
  'a rate of %s throws a RangeError that names connectsPerSecond',
  (connectsPerSecond) => {
    expect(() => new ConnectSlots({ connectsPerSecond })).toThrow('connectsPerSecond');
  },
);

test.each([0, 1.5, Number.NaN])(
  'a limit of %s slots per user throws a RangeError that names maxPerUser',
  (maxPerUser) => {
    expect(() => new ConnectSlots({ connectsPerSecond: 1, maxPerUser })).toThrow('maxPerUser');
  },
);
