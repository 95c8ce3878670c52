import { describe, expect, test } from 'vitest';
import { mergeHistories, RateHistory, type Sample, SlidingRates, stepMs } from './rates.ts';

const counts = (connects: number) => ({ connects, refusals: 0, messages: 2 * connects, deliveries: 0 });
const sample = (connections: number, eventLoopDelayMs = 1): Sample => ({
  connections,
  connects: 1,
  refusals: 0,
  messages: 0,
  deliveries: 0,
  eventLoopDelayMs,
  memoryBytes: 1_000 * connections,
  storeMs: eventLoopDelayMs / 2,
});

describe('rates', () => {
  test('are averages over the last ten seconds', () => {
    const rates = new SlidingRates();
    for (let second = 0; second <= 30; second += 1) rates.add(counts(second < 20 ? 0 : second - 20), second * 1_000);
    expect(rates.read(counts(10), 30_000)).toMatchObject({ connects: 1, messages: 2, refusals: 0 });
  });

  test('shortly after the start are averages over at least a second', () => {
    const rates = new SlidingRates();
    rates.add(counts(0), 0);
    expect(rates.read(counts(5), 10)).toMatchObject({ connects: 5 });
  });
});

describe('the history', () => {
  const start = 1_000 * stepMs;

  test('keeps one hour, and leaves steps empty in which nothing was measured', () => {
    const history = new RateHistory();
    history.add(sample(1), start);
    history.add(sample(2), start + 3 * stepMs);
    const { last, connections } = history.read();
    expect([last, connections.length, connections.slice(-4)]).toEqual([1_003, 360, [1, null, null, 2]]);
    history.add(sample(3), start + 400 * stepMs);
    expect(history.read().connections.filter((value) => value !== null)).toEqual([3]);
  });

  test('ignores a sample from before the last one, when the clock is set back', () => {
    const history = new RateHistory();
    history.add(sample(1), start);
    history.add(sample(2), start - stepMs);
    expect(history.read().connections.slice(-2)).toEqual([null, 1]);
  });

  test('of several nodes is a sum, and for delays and latencies that of the slowest node', () => {
    const [first, second] = [new RateHistory(), new RateHistory()];
    first.add(sample(10, 4), start);
    second.add(sample(5, 90), start);
    // The second node has measured one step more.
    second.add(sample(6, 2), start + stepMs);
    const merged = mergeHistories([first.read(), second.read()], start + 2 * stepMs);
    expect(merged.from + 359 * stepMs).toBe(start + stepMs);
    expect([merged.connections.slice(-2), merged.eventLoopDelayMs.slice(-2)]).toEqual([
      [15, 6],
      [90, 2],
    ]);
    expect([merged.memoryBytes.slice(-2), merged.storeMs.slice(-2)]).toEqual([
      [15_000, 6_000],
      [45, 1],
    ]);
  });

  test('of a node of an older version has no memory and no store latency', () => {
    const history = new RateHistory();
    history.add(sample(10), start);
    const older = history.read();
    delete older.memoryBytes;
    delete older.storeMs;
    const merged = mergeHistories([older], start + stepMs);
    expect([merged.connections.at(-1), merged.memoryBytes.at(-1), merged.storeMs.at(-1)]).toEqual([10, null, null]);
  });
});
