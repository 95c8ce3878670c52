import { type Logger, RequestError } from '@usher/realtime';
import type { Pool, QueryResultRow } from 'pg';

export interface PostgresLimitsOptions {
  /** Bytes that one user may store in 24 hours, on all nodes together. 0: no limit. */
  readonly bytesPerUserAndDay: number;
  /** Size of the database, in bytes. 0: no limit. */
  readonly databaseBytes: number;
  readonly log: Logger;
  readonly now?: () => number;
}

const dayMs = 86_400_000;
const checkEveryMs = 10_000;
/** Counted bytes are written when they exceed this share of the limit, and every ten seconds. The nodes together exceed the limit by as much each. */
const writtenShare = 1 / 100;
/** Maximum counters in memory. Above it, the oldest is written and loaded again on demand. */
const maxCounters = 50_000;

/** Adds bytes to the period of a user, or starts a new period if the last one is over. Returns the period. */
const add = `
INSERT INTO usher.stored_bytes AS s (user_name, since, bytes) VALUES ($1, $2, $3)
ON CONFLICT (user_name) DO UPDATE SET
  since = CASE WHEN s.since + ${dayMs} <= $2 THEN $2 ELSE s.since END,
  bytes = CASE WHEN s.since + ${dayMs} <= $2 THEN $3 ELSE s.bytes + $3 END
RETURNING since, bytes`;

interface Counter {
  /** Start of the period in Unix milliseconds. */
  since: number;
  /** Bytes in the database, of all nodes. */
  stored: number;
  /** Bytes of this node that are not in the database yet. */
  pending: number;
  writing: Promise<void> | undefined;
}

/**
 * Limits storage in PostgreSQL: bytes per user and day, and the size of the database. The bytes of a user are summed up in the database,
 * and each node keeps a copy of the sum, so that a send costs no query.
 */
export class PostgresLimits {
  readonly #pool: Pool;
  readonly #options: PostgresLimitsOptions;
  readonly #now: () => number;
  readonly #counters = new Map<string, Counter>();
  readonly #timer: NodeJS.Timeout;
  #full: string | undefined;

  constructor(pool: Pool, options: PostgresLimitsOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => {
      void this.check();
      void this.saved();
    }, checkEveryMs).unref();
  }

  /** Why writes are rejected. `undefined` if they are not. */
  get full(): string | undefined {
    return this.#full;
  }

  /** @throws RequestError if a user may not store this number of bytes */
  require(user: string, bytes: number): void {
    if (this.#full !== undefined) {
      throw new RequestError('storage_full', 'the storage of the server is full', { retryAfterMs: 60_000 });
    }
    const { bytesPerUserAndDay: limit } = this.#options;
    if (limit === 0) return;
    const { since, stored, pending } = this.#counterOf(user);
    if (stored + pending + bytes > limit) {
      throw new RequestError('quota_exceeded', 'this user stored as many bytes as allowed in 24 hours', {
        retryAfterMs: Math.max(1, since + dayMs - this.#now()),
      });
    }
  }

  /** Counts bytes that a user has stored. */
  count(user: string, bytes: number): void {
    const { bytesPerUserAndDay: limit } = this.#options;
    if (limit === 0) return;
    const counter = this.#counterOf(user);
    counter.pending += bytes;
    if (counter.pending >= limit * writtenShare) void this.#write(user, counter);
  }

  /** Requires and counts. @throws RequestError */
  charge(user: string, bytes: number): void {
    this.require(user, bytes);
    this.count(user, bytes);
  }

  /** Compares the size of the database with its limit. Never rejects. */
  async check(): Promise<void> {
    const { databaseBytes, log } = this.#options;
    if (databaseBytes === 0) return;
    try {
      const { rows } = await this.#pool.query<QueryResultRow>(
        'SELECT pg_database_size(current_database())::float8 AS size',
      );
      const full = Number(rows[0]?.['size']) >= databaseBytes ? 'the database has reached MAX_DATABASE_MB' : undefined;
      if (full === this.#full) return;
      this.#full = full;
      if (full === undefined) log.info({}, 'storage is below its limits: messages are stored again');
      else log.error({ reason: full }, `messages are rejected: ${full}. Delete data or raise the limit`);
    } catch (error) {
      log.error({ err: error }, 'the size of the database could not be determined');
    }
  }

  /** Resolves when the counters of this node are written. Never rejects. */
  async saved(): Promise<void> {
    const unsaved = [...this.#counters].filter(([, { pending }]) => pending > 0);
    await Promise.all(unsaved.map(([user, counter]) => this.#write(user, counter)));
  }

  /** Deletes counters of users who have stored nothing for a day. */
  async purge(): Promise<void> {
    await this.#pool.query('DELETE FROM usher.stored_bytes WHERE since < $1', [this.#now() - dayMs]);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #counterOf(user: string): Counter {
    const now = this.#now();
    let counter = this.#counters.get(user);
    if (counter !== undefined && counter.since + dayMs <= now) {
      Object.assign(counter, { since: now, stored: 0 });
    } else if (counter === undefined) {
      counter = { since: now, stored: 0, pending: 0, writing: undefined };
      this.#counters.set(user, counter);
      if (this.#counters.size > maxCounters) {
        const [oldest] = this.#counters;
        if (oldest !== undefined) void this.#write(...oldest).then(() => this.#counters.delete(oldest[0]));
      }
      // Adds nothing, and reads what other nodes have counted.
      void this.#write(user, counter);
    }
    return counter;
  }

  #write(user: string, counter: Counter): Promise<void> {
    counter.writing ??= this.#writeNow(user, counter).finally(() => {
      counter.writing = undefined;
    });
    return counter.writing;
  }

  async #writeNow(user: string, counter: Counter): Promise<void> {
    const bytes = counter.pending;
    try {
      const { rows } = await this.#pool.query<QueryResultRow>({
        name: 'usher-count-bytes',
        text: add,
        values: [user, this.#now(), bytes],
      });
      counter.since = Number(rows[0]?.['since']);
      counter.stored = Number(rows[0]?.['bytes']);
      counter.pending -= bytes;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the bytes that users stored could not be written');
    }
  }
}
