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
