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

/** Calls each function, whether or not another one throws. */
export function endAll(ends: readonly (() => unknown)[], log: Logger): void {
  for (const end of ends) {
    try {
      end();
    } catch (error) {
      log.error({ err: error }, 'a subscription or listener could not be ended');
    }
  }
}
