import { TimedOut } from '../socket/errors.ts';
import type { Locks } from './tabs.ts';

/**
 * Runs a callback exclusively. Rejects with the error of the callback, or with `TimedOut` if the lock is not available in time.
 *
 * @param run receives whether another tab held the lock before
 */
export type Exclusive = (run: (waited: boolean) => Promise<void>) => Promise<void>;

/** Creates a mutex: across all tabs if the browser supports locks, otherwise within this tab. `waitMs` limits the wait for a lock. */
export function createExclusive(name: string, locks: Locks | undefined, waitMs: number): Exclusive {
  let last = Promise.resolve();
  if (!locks)
    return (run) => {
      const result = last.then(() => run(false));
      last = result.catch(() => undefined);
      return result;
    };
  return async (run) => {
    const done = await locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await run(false);
      return !!lock;
    });
    if (done) return;
    const stopped = new AbortController();
    const timer = setTimeout(() => {
      stopped.abort(new TimedOut());
    }, waitMs);
    try {
      await locks.request(name, { signal: stopped.signal }, async () => {
        clearTimeout(timer);
        await run(true);
        return true;
      });
    } finally {
      clearTimeout(timer);
    }
  };
}
