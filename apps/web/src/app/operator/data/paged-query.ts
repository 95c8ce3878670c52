import { computed, effect, inject, signal, untracked } from '@angular/core';
import { OperatorSocket } from './operator-socket.ts';
import { injectVisible, isAborted, pause } from './visible.ts';

/** One page of a list, as the server sends it. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string | undefined;
  readonly total?: number | undefined;
  /** Live nodes that did not respond in time. */
  readonly missing?: readonly string[];
}

export interface PagedQueryOptions<P, Item> {
  /** The filter; the list is loaded again when it changes. */
  readonly params: () => P;
  readonly load: (params: P, cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>;
  /** Counts entries that are newer than the list. Called while the page is visible. */
  readonly countNew?: (params: P, items: readonly Item[], signal: AbortSignal) => Promise<number>;
}

/** How often new entries are counted (ms). */
const countEveryMs = 4_000;

/**
 * A list that the server returns in pages. Rows never move by themselves: new entries are counted, and shown by `reload()`. Must be
 * created in an injection context.
 */
export class PagedQuery<P, Item> {
  private readonly options: PagedQueryOptions<P, Item>;
  private readonly socket = inject(OperatorSocket);
  private readonly list = signal<readonly Item[] | undefined>(undefined);
  private readonly last = signal<ListPage<Item> | undefined>(undefined);
  private readonly failure = signal<unknown>(undefined);
  private readonly doing = signal<'idle' | 'loading' | 'more'>('idle');
  private readonly fresh = signal(0);
  private readonly reloads = signal(0);
  private abort = new AbortController();

  /** The loaded entries; `undefined` until there is a result for the current filter. */
  readonly items = this.list.asReadonly();
  readonly error = this.failure.asReadonly();
  readonly state = this.doing.asReadonly();
  readonly total = computed(() => this.last()?.total);
  readonly missing = computed(() => this.last()?.missing ?? []);
  readonly hasMore = computed(() => this.last()?.next !== undefined);
  /** The number of entries that are newer than the list. */
  readonly newer = this.fresh.asReadonly();

  constructor(options: PagedQueryOptions<P, Item>) {
    this.options = options;
    let loaded: P | undefined;
    let reloaded = 0;
    effect(() => {
      const params = options.params();
      const reloads = this.reloads();
      if (!this.socket.isOpen()) return;
      const isSame = params === loaded;
      // A loaded list does not change after a reconnect.
      if (isSame && reloads === reloaded && untracked(this.list) !== undefined) return;
      if (!isSame) this.list.set(undefined);
      loaded = params;
      reloaded = reloads;
      untracked(() => void this.load(params, 'loading'));
    });
    const visible = injectVisible();
    effect((onCleanup) => {
      const items = this.list();
      const params = options.params();
      this.fresh.set(0);
      if (options.countNew === undefined || items === undefined || !visible() || !this.socket.isOpen()) return;
      const abort = new AbortController();
      onCleanup(() => {
        abort.abort();
      });
      untracked(() => void this.count(params, items, abort.signal));
    });
  }

  /** Loads the first page again. The list stays until the result arrives. */
  reload(): void {
    this.reloads.update((count) => count + 1);
  }

  /** Loads the next page. Never throws. */
  async more(): Promise<void> {
    if (this.doing() === 'idle' && this.hasMore()) await this.load(this.options.params(), 'more');
  }

  private async load(params: P, doing: 'loading' | 'more'): Promise<void> {
    this.abort.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.doing.set(doing);
    this.failure.set(undefined);
    try {
      const cursor = doing === 'more' ? this.last()?.next : undefined;
      const page = await this.options.load(params, cursor, abort.signal);
      if (isAborted(abort.signal)) return;
      this.last.set(page);
      this.list.update((items = []) => (doing === 'more' ? [...items, ...page.items] : page.items));
    } catch (error) {
      if (isAborted(abort.signal)) return;
      this.failure.set(error);
    }
    this.doing.set('idle');
  }

  private async count(params: P, items: readonly Item[], signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(countEveryMs, signal);
      if (isAborted(signal)) return;
      try {
        const count = await this.options.countNew?.(params, items, signal);
        if (!isAborted(signal)) this.fresh.set(count ?? 0);
      } catch {
        // The connection state shows a lost connection; the next count follows.
      }
    }
  }
}
