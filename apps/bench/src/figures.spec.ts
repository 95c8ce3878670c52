import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.ts';

describe('figuresOf', () => {
  it('finds the middle and the edges, in whatever order they came', () => {
    expect(figuresOf([9, 10, 1, 2, 3])).toEqual({ min: 1, median: 3, p99: 10, max: 10 });
  });

  it('finds the 99th percentile below the one outlier of two hundred', () => {
    const values = Array.from({ length: 200 }, (_, at) => at);
    expect(figuresOf([...values.slice(0, 199), 5_000])).toEqual({ min: 0, median: 100, p99: 198, max: 5_000 });
  });

  it('has nothing to say about nothing', () => {
    expect(() => figuresOf([])).toThrow(RangeError);
  });
});
