import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { type Logger, RequestError } from '@usher/realtime';

export interface ReaderPoolOptions {
  /** The worker module. It exports one function per kind of task. */
  readonly worker: URL;
  /** Available in the worker as `workerData`. */
  readonly workerData: unknown;
  readonly log: Logger;
  /** Worker threads. Defaults to 2. */
  readonly threads?: number;
  /** How long a task may take, including its time in the queue, in milliseconds. Defaults to 5,000. */
  readonly deadlineMs?: number;
  /** Tasks of one user that may wait for the one that runs. Defaults to 4. */
  readonly waitingPerUser?: number;
  /** Tasks of all users that may run or wait. Defaults to 64. */
  readonly maxTasks?: number;
}

/** Maximum terminated threads that still run their last statement. Above it tasks are rejected until one has exited. */
const maxTerminating = 2;

interface Waiting {
  readonly key: string;
  readonly promise: Promise<unknown>;
  readonly start: () => void;
}

/**
 * Runs read queries that can take long on worker threads, so that they never block the event loop.
 *
 * - One task per user runs at a time. Identical tasks of a user that have not started share one run.
 * - `run` rejects with `rate_limited` when too many tasks of the user wait, with `at_capacity` when too many tasks wait overall, and
 *   with `store_unavailable` after the deadline. Each carries `retryAfterMs`.
 * - A thread that does not respond before the deadline is terminated and replaced.
 * - Threads start with the first task.
 */
export class ReaderPool {
  readonly #options: Required<ReaderPoolOptions>;
  /** Tasks that wait for the running one of their user. A user without a running task has no entry. */
  readonly #lanes = new Map<string, Waiting[]>();
  #pool: Piscina | undefined;
  #tasks = 0;
  #terminating = 0;

  constructor(options: ReaderPoolOptions) {
    this.#options = { threads: 2, deadlineMs: 5_000, waitingPerUser: 4, maxTasks: 64, ...options };
  }

  /** Sends `task` to the function `name` of the worker and resolves to its result. */
  run(user: string, name: string, task: unknown): Promise<unknown> {
    const lane = this.#lanes.get(user);
    const key = `${name} ${JSON.stringify(task)}`;
    const same = lane?.find((waiting) => waiting.key === key);
    if (same !== undefined) return same.promise;
    if (lane !== undefined && lane.length >= this.#options.waitingPerUser) {
      return Promise.reject(
        new RequestError('rate_limited', 'too many searches or room lists of this user are waiting', {
          retryAfterMs: 1_000,
        }),
      );
    }
    if (this.#tasks >= this.#options.maxTasks || this.#terminating >= maxTerminating) {
      return Promise.reject(
        new RequestError('at_capacity', 'too many searches or room lists are waiting', { retryAfterMs: 1_000 }),
      );
    }
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      this.#abort(deadline);
    }, this.#options.deadlineMs).unref();
    this.#tasks++;
    const turn = Promise.withResolvers<undefined>();
    if (lane === undefined) {
      this.#lanes.set(user, []);
      turn.resolve(undefined);
    }
    const promise = turn.promise
      .then(() => this.#runNow(name, task, deadline.signal))
      .finally(() => {
        clearTimeout(timer);
        this.#tasks--;
        this.#next(user);
      });
    lane?.push({
      key,
      promise,
      start() {
        turn.resolve(undefined);
      },
    });
    return promise;
  }

  /** Terminates all threads. Pending tasks reject. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  async #runNow(name: string, task: unknown, signal: AbortSignal): Promise<unknown> {
    const { worker, workerData, threads, log } = this.#options;
    if (this.#pool === undefined) {
      // minThreads equals maxThreads, because Piscina replaces terminated threads only up to the minimum.
      this.#pool = new Piscina({
        filename: worker.href,
        workerData,
        minThreads: threads,
        maxThreads: threads,
        atomics: 'disabled',
        recordTiming: false,
      });
      this.#pool.on('error', (error: unknown) => {
        log.error({ err: error }, 'a database reader thread failed');
      });
    }
    try {
      return (await this.#pool.run(task, { name, signal })) as unknown;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new RequestError('store_unavailable', 'the read took too long', { retryAfterMs: 5_000 });
    }
  }

  #next(user: string): void {
    const waiting = this.#lanes.get(user)?.shift();
    if (waiting === undefined) this.#lanes.delete(user);
    else waiting.start();
  }

  /** Aborts a task. Terminates the thread that runs it, which takes effect when the current SQLite step returns. */
  #abort(deadline: AbortController): void {
    const threads = (): readonly Worker[] => this.#pool?.threads ?? [];
    const before = threads();
    deadline.abort();
    const after = new Set(threads());
    for (const thread of before) {
      if (after.has(thread)) continue;
      this.#terminating++;
      this.#options.log.warn({ deadlineMs: this.#options.deadlineMs }, 'a database read exceeded its deadline');
      thread.once('exit', () => {
        this.#terminating--;
      });
    }
  }
}
