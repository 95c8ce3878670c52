import type { DatabaseSync } from 'node:sqlite';
import { RequestError } from '@usher/realtime';
import type { StorageHealth } from './storage-health.ts';

/** The result of a piece of work that did nothing and is rejected alone. */
export class Refused {
  readonly reason: Error;

  constructor(reason: Error) {
    this.reason = reason;
  }
}

/**
 * Durable writes at the cost of one commit for many: all work of one turn of the event loop shares a transaction.
 *
 * Work runs in the order of the calls and sees what earlier work of the same transaction did. Calls resolve once the commit is durable
 * and the files of the database are still in place, in the same order. Work that throws rolls back the transaction and rejects all
 * calls in it.
 */
export interface GroupCommit {
  /**
   * Runs `work`, synchronously, within the next transaction. Rejects with the reason of a `Refused` that `work` returns, with the
   * error of the commit (see `StorageHealth.failed`), or with `rate_limited` when too many calls wait.
   */
  run<T>(work: () => T | Refused): Promise<T>;
  /** Calls `listener` after each transaction, before anybody in it is answered, with whether it was committed. */
  onSettled(listener: (committed: boolean) => void): void;
  /** Resolves once nothing that was accepted waits any more. */
  idle(): Promise<void>;
}

export interface GroupCommitOptions {
  /** Pieces of work that may wait for the next commit. Defaults to 10,000. */
  readonly maxWaiting?: number;
  /** Hears how commits end. Defaults to none. */
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
          throw new RequestError('rate_limited', 'too much waits to be stored', { retryAfterMs: 1_000 });
        }
        // What comes back is what this very work gave.
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
