import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.ts';

describe('figuresOf', () => {
  it('computes the median and the range of unsorted values', () => {
    expect(figuresOf([9, 10, 1, 2, 3])).toEqual({ min: 1, median: 3, p99: 9.96, max: 10 });
  });

  it('computes a 99th percentile below a single outlier of 200 values', () => {
    const values = Array.from({ length: 200 }, (_, at) => at);
    expect(figuresOf([...values.slice(0, 199), 5_000])).toEqual({ min: 0, median: 99.5, p99: 197.01, max: 5_000 });
  });

  it('rejects an empty series', () => {
    expect(() => figuresOf([])).toThrow(Error);
  });
});
