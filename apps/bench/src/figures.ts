/** The middle and the edges of some measurements, in the unit in which they came. */
export interface Figures {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws RangeError where there is nothing to look at. */
export function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    if (value === undefined) throw new RangeError('nothing was measured');
    return value;
  };
  return { min: at(0), median: at(0.5), p99: at(0.99), max: at(1) };
}
