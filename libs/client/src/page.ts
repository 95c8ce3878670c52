/**
 * - `online`: the device has a network again
 * - `offline`: it has none
 * - `show`: somebody looks again, or the page came back from the back/forward cache
 * - `hide`: the page goes away, perhaps into that cache, where an open socket would keep it out or be cut
 */
export type PageEvent = 'online' | 'offline' | 'show' | 'hide';

/** What the page that holds the socket goes through. */
export interface PageSource {
  /** Whether the device thinks that it has a network. */
  online(): boolean;
  /** Calls the listener until the returned function is called. */
  watch(listener: (event: PageEvent) => void): () => void;
}

/** The browser's window and document. Where there are none, always online and never an event. */
export const browserPage: PageSource = {
  online: () => (globalThis as Partial<typeof globalThis>).navigator?.onLine ?? true,
  watch(listener) {
    const { window, document } = globalThis as Partial<typeof globalThis>;
    if (window === undefined || document === undefined) return () => undefined;
    const stopped = new AbortController();
    const { signal } = stopped;
    for (const [type, event] of [
      ['online', 'online'],
      ['offline', 'offline'],
      ['pageshow', 'show'],
      ['pagehide', 'hide'],
    ] as const) {
      window.addEventListener(
        type,
        () => {
          listener(event);
        },
        { signal },
      );
    }
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'visible') listener('show');
      },
      { signal },
    );
    return () => {
      stopped.abort();
    };
  },
};
