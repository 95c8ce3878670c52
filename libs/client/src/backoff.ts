/**
 * How many milliseconds to wait before the next try: full jitter, anything from 0 to a window that doubles with every try. Of the ways to
 * spread a crowd it is the one that asks the least of the server (M. Brooker, "Exponential Backoff and Jitter", AWS
 * Architecture Blog, 2015).
 *
 * @param tries how many have failed, from 1: the first window is `minMs`, the widest `maxMs`
 * @param random from 0 to below 1
 */
export function fullJitter(tries: number, minMs: number, maxMs: number, random: () => number): number {
  return Math.round(random() * Math.min(maxMs, minMs * 2 ** (tries - 1)));
}
