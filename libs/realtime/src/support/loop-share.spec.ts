import { expect, test } from 'vitest';
import { LoopShare } from './loop-share.ts';

/** Blocks the event loop, as a synchronous read does. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

/** Runs `count` tasks of `ms` milliseconds each and counts the turns of the event loop in the meantime. */
async function turnsOf(count: number, ms: number): Promise<{ turns: number; order: number[] }> {
  const share = new LoopShare();
  const order: number[] = [];
  let turns = 0;
  let done = false;
  const countTurns = (): void => {
    turns++;
    if (!done) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await share.next();
      block(ms);
      order.push(index);
    }),
  );
  done = true;
  return { turns, order };
}

test('LoopShare runs slow tasks one per turn of the event loop, in order', async () => {
  const { turns, order } = await turnsOf(30, 5);
  // Eight tasks run in the first turn, before their duration is known.
  expect(turns).toBeGreaterThanOrEqual(22);
  expect(order).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test('LoopShare does not delay fast tasks', async () => {
  const share = new LoopShare();
  expect(share.next()).toBeUndefined();
  const { order } = await turnsOf(5_000, 0);
  expect(order).toHaveLength(5_000);
});
