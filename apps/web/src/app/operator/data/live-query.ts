import { effect, inject, signal, untracked } from '@angular/core';
import { OperatorSocket } from './operator-socket.ts';
import { injectVisible, isAborted, pause } from './visible.ts';

/**
 * A value that is queried repeatedly while the page is visible and the console is connected. The last value is kept when a query fails.
 * Must be created in an injection context.
 */
export class LiveQuery<P, T> {
  private readonly latest = signal<T | undefined>(undefined);
  private readonly failure = signal<unknown>(undefined);
  private readonly reloads = signal(0);

  /** The last result; `undefined` until there is one, and after a change of the parameters. */
  readonly value = this.latest.asReadonly();
  /** The error of the last query. */
  readonly error = this.failure.asReadonly();

  /**
   * @param params the parameters; the query restarts when they change
   * @param load sends the query
   * @param everyMs pause between a result and the next query; without it the query is sent once per connection
   */
  constructor(params: () => P, load: (params: P, signal: AbortSignal) => Promise<T>, everyMs?: number) {
    const socket = inject(OperatorSocket);
    const visible = injectVisible();
    let before: P | undefined;
    effect((onCleanup) => {
      const wanted = params();
      this.reloads();
      if (before !== undefined && before !== wanted) this.latest.set(undefined);
      before = wanted;
      if (!visible() || !socket.isOpen()) return;
      const abort = new AbortController();
      onCleanup(() => {
        abort.abort();
      });
      untracked(() => void this.run(() => load(wanted, abort.signal), everyMs, abort.signal));
    });
  }

  /** Sends the query again at once. */
  reload(): void {
    this.reloads.update((count) => count + 1);
  }

  private async run(load: () => Promise<T>, everyMs: number | undefined, signal: AbortSignal): Promise<void> {
    do {
      try {
        const value = await load();
        if (isAborted(signal)) return;
        this.latest.set(value);
        this.failure.set(undefined);
      } catch (error) {
        if (isAborted(signal)) return;
        this.failure.set(error);
      }
      if (everyMs === undefined) return;
      await pause(everyMs, signal);
    } while (!isAborted(signal));
  }
}
