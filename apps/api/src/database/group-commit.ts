import type { DatabaseSync } from 'node:sqlite';
import { RequestError } from '@usher/realtime';

/** What a piece of work gives back that did nothing, and that nobody else has to fail for. */
export class Refused {
  readonly reason: Error;

  constructor(reason: Error) {
    this.reason = reason;
  }
}

/**
 * Durability at the cost of one commit, not one a write: all work of one turn of the event loop shares a transaction.
 *
 * Work is done in the order of the calls, and sees what earlier work of the same transaction did. It is answered when the commit
 * is durable, in that order too. Work that throws undoes the whole transaction and rejects everybody in it.
 */
export interface GroupCommit {
  /**
   * Does `work`, synchronously, within the next transaction. Rejects with the reason of a `Refused` that it gives back, with
   * whatever error the commit has, or with `rate_limited` when too many wait.
   */
  run<T>(work: () => T | Refused): Promise<T>;
  /** Calls `listener` after each transaction, before anybody in it is answered, with whether it was committed. */
  onSettled(listener: (committed: boolean) => void): void;
  /** Resolves once nothing that was accepted waits any more. */
  idle(): Promise<void>;
}

export interface GroupCommitOptions {
  /** Pieces of work that may wait for the next commit; 10,000 unless told. */
  readonly maxWaiting?: number;
}

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export function createGroupCommit(sqlite: DatabaseSync, options: GroupCommitOptions = {}): GroupCommit {
  const { maxWaiting = 10_000 } = options;
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
      sqlite.exec('BEGIN IMMEDIATE');
      for (const { work } of batch) outcomes.push(work());
      sqlite.exec('COMMIT');
    } catch (error) {
      if (sqlite.isOpen && sqlite.isTransaction) sqlite.exec('ROLLBACK');
      for (const listener of listeners) listener(false);
      for (const { reject } of batch) reject(error);
      return;
    }
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
