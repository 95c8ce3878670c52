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

/**
 * Groups durable writes: all work of one event-loop turn shares a transaction and its commit.
 *
 * Work runs in the order of the calls and sees the changes of earlier work in the transaction. Calls resolve in the same order, once
 * the commit is durable and the database files are verified to be in place. Work that throws rolls back the transaction and rejects all
 * its calls.
 */
export interface GroupCommit {
  /**
   * Runs the synchronous function `work` in the next transaction. Rejects with the reason of a returned `Refused`, with the error of the
   * commit (see `StorageHealth.failed`), or with `rate_limited` when too many calls wait.
   */
  run<T>(work: () => T | Refused): Promise<T>;
  /** Calls `listener` after each transaction and before its calls settle, with whether it was committed. */
  onSettled(listener: (committed: boolean) => void): void;
  /** Resolves when all accepted work has settled. */
  idle(): Promise<void>;
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

export function createGroupCommit(sqlite: DatabaseSync, options: GroupCommitOptions = {}): GroupCommit {
  const { maxWaiting = 10_000, health } = options;
  const listeners: ((committed: boolean) => void)[] = [];
  const idlers: (() => void)[] = [];
  let waiting: Waiting[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    if (sqlite.isOpen && sqlite.isTransaction) {
      // A transaction of the query builder is open on this connection; it ends within a few turns.
      schedule();
      return;
    }
    const batch = waiting;
    waiting = [];
    commit(batch);
    if (idlers.length > 0) for (const idle of idlers.splice(0)) idle();
  }

  function commit(batch: readonly Waiting[]): void {
    const outcomes: unknown[] = [];
    try {
      health?.assertWritable();
      sqlite.exec('BEGIN IMMEDIATE');
      for (const { work } of batch) outcomes.push(work());
      sqlite.exec('COMMIT');
      health?.assertFilesInPlace();
    } catch (error) {
      if (sqlite.isOpen && sqlite.isTransaction) sqlite.exec('ROLLBACK');
      for (const listener of listeners) listener(false);
      const reason = health?.failed(error) ?? error;
      for (const { reject } of batch) reject(reason);
      return;
    }
    health?.succeeded();
    for (const listener of listeners) listener(true);
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome instanceof Refused) reject(outcome.reason);
      else resolve(outcome);
    }
  }

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= maxWaiting) {
          throw new RequestError('rate_limited', 'too many writes are waiting', { retryAfterMs: 1_000 });
        }
        // The outcome of `work` has the type T.
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        schedule();
      }),
    onSettled(listener) {
      listeners.push(listener);
    },
    idle: () =>
      scheduled
        ? new Promise((resolve) => {
            idlers.push(resolve);
          })
        : Promise.resolve(),
  };
}
