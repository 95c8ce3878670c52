import { Subscription } from 'rxjs';
import { TimedOut } from './errors.ts';

/** Calls `run` after `ms`, unless the returned subscription is closed before. */
export type After = (ms: number, run: () => void) => Subscription;

/** Returns Unix ms. */
export const now = (): number => Date.now();

/** The maximum delay of `setTimeout`. A longer delay would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** Starts a timer. It is cleared when its subscription is closed, for example with the subscription that it was added to. */
export const startTimer: After = (ms, run) => {
  const timer = new Subscription(() => {
    clearTimeout(id);
  });
  const id = setTimeout(
    () => {
      run();
      timer.unsubscribe();
    },
    Math.min(ms, maxDelayMs),
  );
  return timer;
};

/**
 * Resolves to the result of a call, or rejects with `TimedOut` after `ms`.
 *
 * @param after starts the timer; if the timer is cleared from outside, the promise may stay pending
 * @param call receives a signal that is aborted when the call is over for any reason
 */
export async function withTimeout<T>(after: After, ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const timeout = Promise.withResolvers<never>();
  const timer = after(ms, () => {
    timeout.reject(new TimedOut());
  });
  timer.add(() => {
    over.abort();
  });
  try {
    return await Promise.race([call(over.signal), timeout.promise]);
  } finally {
    timer.unsubscribe();
  }
}

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
