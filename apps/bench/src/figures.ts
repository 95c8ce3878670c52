import { max, median, min, quantile } from 'simple-statistics';

/** The median and the range of a series of values, in their unit. */
export interface Figures {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws Error if `values` is empty */
export function figuresOf(values: readonly number[]): Figures {
  const all = [...values];
  return { min: min(all), median: median(all), p99: quantile(all, 0.99), max: max(all) };
}
