import { describe, expect, test } from 'vitest';
import { Deadline, drainMs, drainSpreadMs } from './timing.ts';

/** A manual clock. */
function newClock() {
  const clock = { ms: 1_000, now: () => clock.ms };
  return clock;
}

describe('a deadline', () => {
  test('has the full duration left until it starts, and starts once', () => {
    const clock = newClock();
    const deadline = new Deadline(10_000, clock.now);
    clock.ms += 60_000;
    expect([deadline.started, deadline.leftMs]).toEqual([false, 10_000]);
    deadline.start();
    clock.ms += 4_000;
    deadline.start();
    expect([deadline.started, deadline.leftMs]).toEqual([true, 6_000]);
  });

  test('has 0 ms left after it has passed', () => {
    const clock = newClock();
    const deadline = new Deadline(10_000, clock.now);
    deadline.start();
    clock.ms += 10_001;
    expect(deadline.leftMs).toBe(0);
  });
});

describe('a drain with DRAIN_SECONDS=10', () => {
  test.each([
    ['no connections', 0, 0, 0],
    ['few connections', 100, 0, 200],
    ['more connections than can reconnect in time', 20_000, 0, 6_666],
    ['more connections, after a delay of 4 seconds', 20_000, 4_000, 4_000],
    ['more connections, when the deadline has almost passed', 20_000, 9_997, 2],
  ])('with %s, spreads the closes within the remaining time', (_name, connections, passedMs, spreadMs) => {
    const clock = newClock();
    const deadline = new Deadline(drainMs({ drainSeconds: 10 }), clock.now);
    deadline.start();
    clock.ms += passedMs;
    const spread = drainSpreadMs(connections, 500, deadline.leftMs);
    expect(Math.floor(spread)).toBe(spreadMs);
    // All steps share the 10 seconds.
    clock.ms += spread;
    expect(passedMs + spread + deadline.leftMs).toBe(10_000);
  });

  test('shortens later steps when earlier steps are late', () => {
    const clock = newClock();
    const deadline = new Deadline(drainMs({ drainSeconds: 10 }), clock.now);
    deadline.start();
    clock.ms += drainSpreadMs(20_000, 500, deadline.leftMs) + 2_500;
    expect(Math.round(deadline.leftMs)).toBe(833);
    clock.ms += 5_000;
    expect(deadline.leftMs).toBe(0);
  });
});

test('takes half a second with DRAIN_SECONDS=0, for close frames and short responses', () => {
  expect(drainMs({ drainSeconds: 0 })).toBe(500);
});
