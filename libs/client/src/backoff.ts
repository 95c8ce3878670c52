/**
 * Returns the delay in ms before the next attempt, with full jitter: a random value between 0 and a window that doubles with every
 * attempt. Full jitter causes the least server load of the common strategies (M. Brooker, "Exponential Backoff and Jitter", AWS
 * Architecture Blog, 2015).
 *
 * @param tries the number of failed attempts, from 1; the first window is `minMs`, the largest `maxMs`
 * @param random returns a number from 0 (inclusive) to 1 (exclusive)
 */
export function fullJitter(tries: number, minMs: number, maxMs: number, random: () => number): number {
  return Math.round(random() * Math.min(maxMs, minMs * 2 ** (tries - 1)));
}
