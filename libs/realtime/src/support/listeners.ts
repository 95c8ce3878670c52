import type { Logger } from './log.ts';

/** Those who want to be told of something. One that throws is logged and harms neither the teller nor the others. */
export class Listeners<A extends readonly unknown[]> {
  readonly #entries = new Set<(...args: A) => void>();
  readonly #log: Logger;
  readonly #failed: string;

  constructor(log: Logger, failed: string) {
    this.#log = log;
    this.#failed = failed;
  }

  /** Returns a function that ends the listening. The same listener given twice is two. */
  add(listener: (...args: A) => void): () => void {
    const entry = (...args: A): void => {
      listener(...args);
    };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  tell(...args: A): void {
    for (const entry of this.#entries) {
      try {
        entry(...args);
      } catch (error) {
        this.#log.error({ err: error }, this.#failed);
      }
    }
  }
}
