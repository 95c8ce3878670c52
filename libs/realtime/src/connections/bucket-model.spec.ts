import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bucket, type Rate } from './bucket.ts';
import { Budgets, type ConnectionBudget } from './budgets.ts';
import { resolveLimits } from './limits.ts';

const runs = { numRuns: 500 };
const rateOf = fc.record({
  perSecond: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
  burst: fc.double({ min: 1, max: 2_000, noNaN: true }),
});

/** Takes what the bucket allows and returns the amount. */
function spend(bucket: Bucket, cost: number, now: number): number {
  if (bucket.waitMs(cost, now) > 0) return 0;
  bucket.take(cost);
  return cost;
}

test('a bucket never grants more than its burst plus its rate in any interval', () => {
  const step = fc.record({ passMs: fc.nat(3_000), cost: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(rateOf, fc.array(step, { minLength: 1, maxLength: 200 }), (rate, steps) => {
      const bucket = new Bucket(rate, 0);
      const taken: { readonly at: number; readonly cost: number }[] = [];
      let now = 0;
      for (const { passMs, cost } of steps) {
        now += passMs;
        taken.push({ at: now, cost: spend(bucket, cost, now) });
      }
      for (const [first, { at: start }] of taken.entries()) {
        let sum = 0;
        for (const { at, cost } of taken.slice(first)) {
          sum += cost;
          expect(sum).toBeLessThanOrEqual(rate.burst + ((at - start) * rate.perSecond) / 1_000 + 0.01);
        }
      }
    }),
    runs,
  );
}, 60_000);

test('a bucket never rejects a client that keeps to the rate or waits for the returned time', () => {
  fc.assert(
    fc.property(rateOf, fc.integer({ min: 1, max: 20 }), fc.nat(200), (rate, wanted, count) => {
      const cost = Math.min(wanted, rate.burst);
      const bucket = new Bucket(rate, 0);
      const everyMs = (cost * 1_000) / rate.perSecond;
      let now = 0;
      for (let n = 0; n < count; n++, now += everyMs) expect(spend(bucket, cost, now)).toBe(cost);
      while (spend(bucket, Math.min(rate.burst, 100), now) > 0);
      while (spend(bucket, cost, now) > 0);
      now += bucket.waitMs(cost, now);
      expect(spend(bucket, cost, now)).toBe(cost);
    }),
    runs,
  );
}, 60_000);

test('a bucket holds at most its burst, loses only taken tokens and never waits longer than a refill, whatever the clock does', () => {
  const jump = fc.integer({ min: -3_600_000, max: 3_600_000 });
  const step = fc.record({ jumpMs: fc.oneof(jump, fc.nat(100)), cost: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(rateOf, fc.array(step, { minLength: 1, maxLength: 100 }), (rate: Rate, steps) => {
      const bucket = new Bucket(rate, 0);
      let [now, model] = [0, rate.burst];
      for (const { jumpMs, cost: wanted } of steps) {
        const cost = Math.min(wanted, rate.burst);
        now += jumpMs;
        model = Math.min(rate.burst, model + (Math.max(0, jumpMs) * rate.perSecond) / 1_000);
        const waitMs = bucket.waitMs(cost, now);
        expect(waitMs).toBeLessThanOrEqual((cost * 1_000) / rate.perSecond + 1);
        // Both values are rounded and may differ only by the rounding error.
        if (Math.abs(model - cost) > 0.001) expect(waitMs === 0).toBe(model >= cost);
        if (waitMs === 0) {
          bucket.take(cost);
          model = Math.max(0, model - cost);
        }
      }
    }),
    runs,
  );
}, 60_000);

test('the connections of one user together never exceed the budget of the user, even after reconnecting', () => {
  const step = fc.record({
    who: fc.nat(5),
    passMs: fc.oneof(fc.constant(0), fc.nat(2_000)),
    cost: fc.integer({ min: 1, max: 8 }),
    reconnects: fc.boolean(),
  });
  const limits = resolveLimits({
    requestsPerSecond: 10,
    requestBurst: 30,
    userRequestsPerSecond: 15,
    userRequestBurst: 60,
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 300 }), (steps) => {
      const budgets = new Budgets(limits);
      const userOf = (who: number): string => (who < 3 ? 'maggie' : 'bart');
      const open = new Map<number, ConnectionBudget>();
      const spent = { maggie: 0, bart: 0 } as Record<string, number>;
      let now = 1_000;
      for (const { who, passMs, cost, reconnects } of steps) {
        now += passMs;
        const user = userOf(who);
        if (reconnects) {
          open.delete(who);
          if (![...open.keys()].some((other) => userOf(other) === user)) budgets.departed(user, now);
        }
        let budget = open.get(who);
        if (budget === undefined) open.set(who, (budget = budgets.open(user, now)));
        if (budgets.charge(budget, 'join', cost, now) === 0) spent[user] = (spent[user] ?? 0) + cost;
        expect(spent[user]).toBeLessThanOrEqual(60 + (now - 1_000) * 0.015 + 0.01);
      }
    }),
    runs,
  );
}, 60_000);

test('a rejected frame is charged to neither budget', () => {
  const limits = resolveLimits({
    requestsPerSecond: 10,
    requestBurst: 10,
    userRequestsPerSecond: 10,
    userRequestBurst: 15,
  });
  const budgets = new Budgets(limits);
  const [one, two] = [budgets.open('maggie', 0), budgets.open('maggie', 0)];
  expect(budgets.charge(one, 'join', 10, 0)).toBe(0);
  // The connection could pay, but the user could not.
  for (let n = 0; n < 100; n++) expect(budgets.charge(two, 'join', 6, 0)).toBe(1_000);
  expect(budgets.charge(two, 'join', 5, 0)).toBe(0);
  // And vice versa.
  for (let n = 0; n < 100; n++) expect(budgets.charge(one, 'join', 1, 0)).toBe(1_000);
  expect(budgets.charge(two, 'join', 5, 500)).toBe(0);
});
