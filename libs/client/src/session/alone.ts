import { TimedOut } from '../errors.ts';
import type { Locks } from './tabs.ts';

/**
 * Runs something while nothing else that it was given runs. Rejects with what the run rejects with, and with `TimedOut` where its
 * turn does not come in time.
 *
 * @param run is told whether another tab was at it before
 */
export type Alone = (run: (waited: boolean) => Promise<void>) => Promise<void>;

/** One at a time: over all tabs where there are locks, otherwise in this one. */
export function createAlone(name: string, locks: Locks | undefined, waitMs: number): Alone {
  let last = Promise.resolve();
  if (!locks)
    return (run) => {
      const mine = last.then(() => run(false));
      last = mine.catch(() => undefined);
      return mine;
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
