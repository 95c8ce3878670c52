import { TimedOut } from '../socket/errors.ts';
import { startTimer } from '../socket/timing.ts';

/** A message channel between tabs. `BroadcastChannel` implements it. */
export interface Channel {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Locks across tabs. `navigator.locks` implements it. */
export interface Locks {
  request(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    run: (lock: unknown) => Promise<boolean>,
  ): Promise<unknown>;
}

/** The resources that the tabs of a browser share. All are optional. */
export interface Tabs {
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  readonly locks?: Locks | undefined;
  readonly channel?: ((name: string) => Channel) | undefined;
  /** Calls the listener with the key that another tab changed, or `null` if it cleared the storage. Returns a function that unsubscribes. */
  readonly watch?: ((listener: (key: string | null) => void) => () => void) | undefined;
}

/**
 * Returns the shared resources of this browser. Locks exist only over https and on localhost, and storage may be blocked. Outside a
 * browser the result is empty.
 */
export function browserTabs(): Tabs {
  const { window, navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
  if (!window) return {};
  return {
    storage: allowedStorage(window),
    locks: (navigator as Partial<Navigator> | undefined)?.locks,
    channel: BroadcastChannel && ((name) => new BroadcastChannel(name)),
    watch(listener) {
      function onStorage({ key }: StorageEvent): void {
        listener(key);
      }
      window.addEventListener('storage', onStorage);
      return () => {
        window.removeEventListener('storage', onStorage);
      };
    },
  };
}

function allowedStorage(window: Window): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

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
    const timer = startTimer(waitMs, () => {
      stopped.abort(new TimedOut());
    });
    try {
      await locks.request(name, { signal: stopped.signal }, async () => {
        timer.unsubscribe();
        await run(true);
        return true;
      });
    } finally {
      timer.unsubscribe();
    }
  };
}
