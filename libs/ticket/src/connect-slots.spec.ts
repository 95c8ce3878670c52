import { expect, test } from 'vitest';
import { ConnectSlots } from './connect-slots.ts';

test('without a limit nobody waits', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 0 });
  for (let n = 0; n < 10_000; n += 1) expect(slots.take()).toEqual({ ok: true, connectAfterMs: 0 });
});

test('a crowd is spread at the rate that is allowed, and then nobody waits any more', () => {
  let now = 1_000_000;
  const slots = new ConnectSlots({ connectsPerSecond: 10, now: () => now });
  const waits = Array.from({ length: 30 }, () => slots.take()).map((slot) =>
    slot.ok ? slot.connectAfterMs : Infinity,
  );
  expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  expect(waits.slice(10)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 100));
  now += 4_000;
  expect(slots.take()).toEqual({ ok: true, connectAfterMs: 0 });
});

test('in no second do more begin than a burst and what is allowed', () => {
  let now = 0;
  const slots = new ConnectSlots({ connectsPerSecond: 5, now: () => now });
  const begins: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const slot = slots.take();
    if (slot.ok) begins.push(now + slot.connectAfterMs);
    now += 37;
  }
  for (const at of begins)
    expect(begins.filter((other) => other > at && other <= at + 1_000).length).toBeLessThan(2 * 5);
});

test('who would have to wait too long is told when to ask again, and takes no slot', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, maxWaitMs: 2_000, now: () => 0 });
  expect([slots.take(), slots.take(), slots.take()].every(({ ok }) => ok)).toBe(true);
  expect(slots.take()).toEqual({ ok: false, retryAfterMs: 3_000 });
  expect(slots.take()).toEqual({ ok: false, retryAfterMs: 3_000 });
});

test('a slot that is given back is the next one’s', () => {
  const slots = new ConnectSlots({ connectsPerSecond: 1, now: () => 0 });
  slots.take();
  const second = slots.take();
  slots.giveBack();
  expect(slots.take()).toEqual(second);
});

test.each([-1, Number.NaN, Infinity])('a rate of %s is refused', (connectsPerSecond) => {
  expect(() => new ConnectSlots({ connectsPerSecond })).toThrow('connectsPerSecond');
});
