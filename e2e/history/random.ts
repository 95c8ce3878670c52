/** A seeded random number generator (mulberry32), so that a run can be repeated with the same choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number from `from` (inclusive) to `to` (exclusive). */
  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError if the list is empty */
  pick<T>(list: readonly T[]): T {
    const [first, ...others] = list;
    if (first === undefined) throw new RangeError('the list is empty');
    return others[Math.floor(this.next() * list.length) - 1] ?? first;
  }

  /**
   * A key of `weights`, with a probability in proportion to its weight.
   *
   * @throws RangeError if no weight is positive
   */
  pickWeighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let rest = this.next() * entries.reduce((total, [, weight]) => total + weight, 0);
    const found = entries.find(([, weight]) => (rest -= weight) < 0);
    if (found === undefined) throw new RangeError('no weight is positive');
    return found[0];
  }

  /** A separate generator, so that concurrent users do not affect each other's choices. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
