import type { Logger } from '@usher/realtime';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';

export interface LastSeenOptions {
  /** Called after a failed write. The sessions are written with the next batch. */
  readonly log?: Pick<Logger, 'warn'> | undefined;
  /** How long a use waits for its write, in milliseconds. Defaults to 2,000. */
  readonly flushMs?: number;
}

/** Maximum number of sessions per statement. */
const batchSize = 500;
/** Maximum number of sessions that wait. Further uses are not recorded until the database accepts writes again. */
const maxWaiting = 100_000;

/**
 * Records in batches when sessions were last used, because a separate write would be the most expensive part of a connect. A crash
 * loses the uses of the last `flushMs`.
 */
export class LastSeen {
  readonly #db: Kysely<Tables>;
  readonly #log: Pick<Logger, 'warn'> | undefined;
  readonly #flushMs: number;
  readonly #waiting = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Kysely<Tables>, { log, flushMs = 2_000 }: LastSeenOptions = {}) {
    this.#db = db;
    this.#log = log;
    this.#flushMs = flushMs;
  }

  /** @param at the time of use in Unix milliseconds. */
  record(session: string, at: number): void {
    if (this.#waiting.size >= maxWaiting && !this.#waiting.has(session)) return;
    this.#waiting.set(session, at);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => {
        this.#log?.warn({ err: error }, 'the last use of sessions could not be stored');
      });
    }, this.#flushMs).unref();
  }

  /** The time of a use that is not written yet, in Unix milliseconds. `undefined` if there is none. */
  unwritten(session: string): number | undefined {
    return this.#waiting.get(session);
  }

  /** Writes all recorded uses. Rejects with the error of the database; unwritten uses then wait for the next call. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, batchSize);
      const latest = Math.max(...batch.map(([, at]) => at));
      await this.#db
        .updateTable('sessions')
        .set({ last_seen_at: latest })
        .where(
          'id',
          'in',
          batch.map(([session]) => session),
        )
        .where('last_seen_at', '<', latest)
        .execute();
      for (const [session, at] of batch) if (this.#waiting.get(session) === at) this.#waiting.delete(session);
    }
  }
}
