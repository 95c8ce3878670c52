import type { DatabaseSync } from 'node:sqlite';
import { RequestError } from '@usher/realtime';
import type { StorageHealth } from './storage-health.ts';

/** Returned by work that changed nothing. Rejects only this call, not the transaction. */
export class Refused {
  readonly reason: Error;

  constructor(reason: Error) {
    this.reason = reason;
  }
}

export interface GroupCommitOptions {
  /** Maximum calls that wait for the next commit. Defaults to 10,000. */
  readonly maxWaiting?: number;
  /** Receives the outcome of each commit. Defaults to none. */
  readonly health?: StorageHealth;
}

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Groups durable writes: all work of one event-loop turn shares a transaction and its commit.
 *
 * Work runs in the order of the calls and sees the changes of earlier work in the transaction. Calls resolve in the same order, once
 * the commit is durable and the database files are verified to be in place. Work that throws rolls back the transaction and rejects all
 * its calls.
 */
export class GroupCommit {
  readonly #sqlite: DatabaseSync;
  readonly #maxWaiting: number;
  readonly #health: StorageHealth | undefined;
  readonly #listeners: ((committed: boolean) => void)[] = [];
  readonly #idlers: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #scheduled = false;

  constructor(sqlite: DatabaseSync, { maxWaiting = 10_000, health }: GroupCommitOptions = {}) {
    this.#sqlite = sqlite;
    this.#maxWaiting = maxWaiting;
    this.#health = health;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#flush();
    });
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#sqlite.isOpen && this.#sqlite.isTransaction) {
      // A transaction of the query builder is open on this connection; it ends within a few turns.
      this.#schedule();
      return;
    }
    const batch = this.#waiting;
    this.#waiting = [];
    this.#commit(batch);
    if (this.#idlers.length > 0) for (const idle of this.#idlers.splice(0)) idle();
  }

  #commit(batch: readonly Waiting[]): void {
    const outcomes: unknown[] = [];
    try {
      this.#health?.assertWritable();
      this.#sqlite.exec('BEGIN IMMEDIATE');
      for (const { work } of batch) outcomes.push(work());
      this.#sqlite.exec('COMMIT');
      this.#health?.assertFilesInPlace();
    } catch (error) {
      if (this.#sqlite.isOpen && this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      for (const listener of this.#listeners) listener(false);
      const reason = this.#health?.failed(error) ?? error;
      for (const { reject } of batch) reject(reason);
      return;
    }
    this.#health?.succeeded();
    for (const listener of this.#listeners) listener(true);
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome instanceof Refused) reject(outcome.reason);
      else resolve(outcome);
    }
  }

  /**
   * Runs the synchronous function `work` in the next transaction. Rejects with the reason of a returned `Refused`, with the error of the
   * commit (see `StorageHealth.failed`), or with `rate_limited` when too many calls wait.
   */
  run<T>(work: () => T | Refused): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= this.#maxWaiting) {
        throw new RequestError('rate_limited', 'too many writes are waiting', { retryAfterMs: 1_000 });
      }
      // The outcome of `work` has the type T.
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Calls `listener` after each transaction and before its calls settle, with whether it was committed. */
  onSettled(listener: (committed: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when all accepted work has settled. */
  idle(): Promise<void> {
    return this.#scheduled
      ? new Promise((resolve) => {
          this.#idlers.push(resolve);
        })
      : Promise.resolve();
  }
}
