const events = ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange'] as const;

/** DOM event names. `visibilitychange` is reported only when the page becomes visible. */
export type PageEvent = (typeof events)[number];

/** The network state and lifecycle events of a page. */
export interface PageSource {
  /** Whether the device reports a network connection. */
  online(): boolean;
  /** Subscribes to page events. Returns a function that unsubscribes. */
  watch(listener: (event: PageEvent) => void): () => void;
}

/** The browser window. Outside a browser it is always online and emits no events. */
export const browserPage: PageSource = {
  online: () => (globalThis as Partial<typeof globalThis>).navigator?.onLine ?? true,
  watch(listener) {
    const stopped = new AbortController();
    const page: Partial<typeof globalThis> = globalThis;
    for (const type of events) {
      page.addEventListener?.(
        type,
        () => {
          if (type !== 'visibilitychange' || document.visibilityState === 'visible') listener(type);
        },
        { signal: stopped.signal },
      );
    }
    return () => {
      stopped.abort();
    };
  },
};
