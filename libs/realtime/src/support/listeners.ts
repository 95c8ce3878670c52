import type { Logger } from './log.ts';

/** A set of listeners. An error thrown by one is logged and affects neither the caller nor the other listeners. */
export class Listeners<A extends readonly unknown[]> {
  readonly #entries = new Set<(...args: A) => void>();
  readonly #log: Logger;
  readonly #failed: string;

  constructor(log: Logger, failed: string) {
    this.#log = log;
    this.#failed = failed;
  }

  /** Returns a function that removes the listener. A listener that is added twice is called twice. */
  add(listener: (...args: A) => void): () => void {
    const entry = (...args: A): void => {
      listener(...args);
    };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  notify(...args: A): void {
    for (const entry of this.#entries) {
      try {
        entry(...args);
      } catch (error) {
        this.#log.error({ err: error }, this.#failed);
      }
    }
  }
}

type Ending = (() => void) | { stop(): void } | { close(): void };

/** Ends each of them, whether or not another one throws. */
export function endAll(endings: readonly Ending[], log: Logger): void {
  for (const ending of endings) {
    try {
      if (typeof ending === 'function') ending();
      else if ('stop' in ending) ending.stop();
      else ending.close();
    } catch (error) {
      log.error({ err: error }, 'a subscription or listener could not be ended');
    }
  }
}
