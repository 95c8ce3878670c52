/** A channel between tabs, as `BroadcastChannel` is one. */
export interface Channel {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Locks between tabs, as `navigator.locks` has them. */
export interface Locks {
  request(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    run: (lock: unknown) => Promise<boolean>,
  ): Promise<unknown>;
}

/** What the tabs of one browser share. Whatever is missing is done without. */
export interface Tabs {
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  readonly locks?: Locks | undefined;
  readonly channel?: ((name: string) => Channel) | undefined;
  /** Calls the listener when another tab has changed the storage, until the returned function is called. `null`: all of it. */
  readonly watch?: ((listener: (key: string | null) => void) => () => void) | undefined;
}

/**
 * What this browser's tabs share. Locks are there over https and on localhost only; storage may be forbidden. Outside of a page
 * nothing is shared.
 */
export function browserTabs(): Tabs {
  const { window, navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
  if (!window) return {};
  return {
    storage: allowedStorage(window),
    locks: (navigator as Partial<Navigator> | undefined)?.locks,
    channel: BroadcastChannel && ((name) => new BroadcastChannel(name)),
    watch(listener) {
      const stopped = new AbortController();
      window.addEventListener(
        'storage',
        ({ key }) => {
          listener(key);
        },
        { signal: stopped.signal },
      );
      return () => {
        stopped.abort();
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
