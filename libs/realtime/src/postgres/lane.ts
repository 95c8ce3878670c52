import { RequestError } from '../support/errors.ts';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Writes items in batches: while one batch is being written, further items wait and form the next one. At most one batch is in flight, so
 * items are written in the order of the calls, and the batches grow with the load instead of the number of connections.
 */
export class Lane<T, R> {
  readonly #write: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #maxBatch: number;
  readonly #maxWaiting: number;
  #waiting: Waiting<T, R>[] = [];
  #writing = false;

  constructor(options: {
    /** Writes a batch atomically. Resolves to one result per item. If it rejects, all items are rejected. */
    readonly write: (items: readonly T[]) => Promise<readonly R[]>;
    readonly maxBatch: number;
    readonly maxWaiting: number;
  }) {
    this.#write = options.write;
    this.#maxBatch = options.maxBatch;
    this.#maxWaiting = options.maxWaiting;
  }

  /** Resolves when the batch of the item has been written. Rejects with `rate_limited` if too many items wait. */
  async add(item: T): Promise<R> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new RequestError('rate_limited', 'too many writes are waiting', { retryAfterMs: 1_000 });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) {
        this.#writing = true;
        // Items of the same turn of the event loop share a batch.
        setImmediate(() => void this.#writeAll());
      }
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxBatch);
      try {
        const results = await this.#write(batch.map(({ item }) => item));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const result = results[index];
          if (result === undefined) reject(new Error('the write has no result'));
          else resolve(result);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }
}
