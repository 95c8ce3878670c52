const events = ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange'] as const;

/** By their names in the DOM. `visibilitychange` only where the page is looked at again. */
export type PageEvent = (typeof events)[number];

/** What the page that holds the socket goes through. */
export interface PageSource {
  /** Whether the device thinks that it has a network. */
  online(): boolean;
  /** Calls the listener until the returned function is called. */
  watch(listener: (event: PageEvent) => void): () => void;
}

/** The browser's window. Where there is none, always online and never an event. */
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
