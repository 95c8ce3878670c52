import type { Channel, Locks, Tabs } from '../session/tabs.ts';
import type { PageEvent, PageSource } from '../socket/page.ts';

/** A page whose network state and events are controlled by a test. */
export class FakePage implements PageSource {
  readonly #listeners = new Set<(event: PageEvent) => void>();
  #online = true;

  online(): boolean {
    return this.#online;
  }

  watch(listener: (event: PageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The number of listeners. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Emits an event; `online` and `offline` also change the network state. */
  emit(event: PageEvent): void {
    if (event === 'online' || event === 'offline') this.#online = event === 'online';
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** A tab: the resources that it shares with other tabs, and its page. */
export interface FakeTab {
  readonly tabs: Tabs;
  readonly page: FakePage;
}

/**
 * A browser whose tabs share storage, locks and channels. Events reach the other tabs asynchronously and in order:
 *
 * ```ts
 * const browser = new FakeBrowser();
 * const first = createSessionKeeper({ server, ...browser.tab() });
 * const second = createSessionKeeper({ server, ...browser.tab() });
 * ```
 */
export class FakeBrowser {
  /** The entries of `localStorage`. */
  readonly entries = new Map<string, string>();
  /** Schedules the delivery of an event to another tab. Defaults to a microtask. */
  readonly #carry: (deliver: () => void) => void;
  readonly #locking: boolean;
  readonly #storageListeners = new Map<object, (key: string | null) => void>();
  readonly #channels = new Set<FakeChannel>();
  readonly #queues = new Map<string, PromiseWithResolvers<unknown>[]>();

  constructor({
    locks = true,
    carry = queueMicrotask,
  }: { readonly locks?: boolean; readonly carry?: (deliver: () => void) => void } = {}) {
    this.#locking = locks;
    this.#carry = carry;
  }

  tab(): FakeTab {
    const tab = {};
    const page = new FakePage();
    const changed = (key: string): void => {
      for (const [other, listener] of this.#storageListeners) {
        if (other === tab) continue;
        this.#carry(() => {
          if (this.#storageListeners.get(other) === listener) listener(key);
        });
      }
    };
    return {
      page,
      tabs: {
        storage: {
          getItem: (key) => this.entries.get(key) ?? null,
          setItem: (key, value) => {
            this.entries.set(key, value);
            changed(key);
          },
          removeItem: (key) => {
            if (this.entries.delete(key)) changed(key);
          },
        },
        locks: this.#locking ? { request: (...request) => this.#request(...request) } : undefined,
        channel: (name) => this.#channel(name),
        watch: (listener) => {
          this.#storageListeners.set(tab, listener);
          return () => {
            this.#storageListeners.delete(tab);
          };
        },
      },
    };
  }

  #channel(name: string): Channel {
    const channel: FakeChannel = {
      name,
      onmessage: null,
      postMessage: (message) => {
        const data: unknown = structuredClone(message);
        for (const other of this.#channels) {
          if (other === channel || other.name !== name) continue;
          this.#carry(() => {
            if (this.#channels.has(other)) other.onmessage?.({ data } as MessageEvent);
          });
        }
      },
      close: () => {
        this.#channels.delete(channel);
      },
    };
    this.#channels.add(channel);
    return channel;
  }

  async #request(...[name, { ifAvailable, signal }, run]: Parameters<Locks['request']>): Promise<unknown> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (ifAvailable === true && queue.length > 0) return run(null);
    const turn = Promise.withResolvers<unknown>();
    queue.push(turn);
    if (queue.length === 1) turn.resolve(undefined);
    signal?.addEventListener('abort', () => {
      turn.reject(signal.reason);
    });
    try {
      await turn.promise;
      return await run(turn);
    } finally {
      queue.splice(queue.indexOf(turn), 1);
      queue[0]?.resolve(undefined);
    }
  }
}

interface FakeChannel extends Channel {
  readonly name: string;
}
