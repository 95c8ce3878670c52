import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Logger, RequestError } from '@usher/realtime';
import { integer } from './sqlite-values.ts';

export interface StorageLimitsOptions {
  /** Path of the database. */
  readonly file: string;
  /** Bytes that one user may store in 24 hours. 0: no limit. */
  readonly bytesPerUserAndDay: number;
  /** Size of the database with its write-ahead log, in bytes. 0: no limit. */
  readonly databaseBytes: number;
  /** Free bytes of the file system. 0: no limit. */
  readonly freeBytes: number;
  readonly log: Logger;
  readonly now?: () => number;
}

/** Approximate size of a message or change in addition to its text: row and index entries. */
export const bytesPerMessage = 400;

const dayMs = 86_400_000;
/** Maximum counters in memory. Above it all are written and loaded again on demand. */
const maxCounters = 50_000;
/** A counter is written each time it grows by this share of the limit. A killed process loses at most that much. */
const writtenShare = 1 / 100;
/** Written bytes that trigger an early check of the file sizes. */
const uncheckedBytes = 8 * 1024 * 1024;
const checkEveryMs = 10_000;

/** Bytes stored by one user in a period of 24 hours. */
interface Counter {
  /** Start of the period in Unix milliseconds. */
  since: number;
  bytes: number;
  /** The value in the database. */
  written: number;
}

/**
 * Limits storage: bytes per user and day, size of the database, and free disk space. Counters are kept in memory and written only when
 * they have grown by 1 % of the limit, in the transaction of the message, so that a send costs no query.
 */
export class StorageLimits {
  readonly #sqlite: DatabaseSync;
  readonly #options: StorageLimitsOptions;
  readonly #now: () => number;
  readonly #counters = new Map<string, Counter>();
  readonly #statements;
  readonly #timer: NodeJS.Timeout;
  /** The previous state of each counter changed in the current transaction. */
  #changes: { readonly counter: Counter; readonly before: Counter }[] = [];
  #full: string | undefined;
  #unchecked = 0;
  #checking: Promise<void> | undefined;

  constructor(sqlite: DatabaseSync, options: StorageLimitsOptions) {
    this.#sqlite = sqlite;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#statements = {
      load: sqlite.prepare('SELECT since, bytes FROM stored_bytes WHERE user_name = ?'),
      save: sqlite.prepare(`
        INSERT INTO stored_bytes (user_name, since, bytes) VALUES (?, ?, ?)
        ON CONFLICT (user_name) DO UPDATE SET since = excluded.since, bytes = excluded.bytes`),
    };
    this.#timer = setInterval(() => void this.check(), checkEveryMs).unref();
  }

  /** Why writes are rejected. `undefined` if they are not. */
  get full(): string | undefined {
    return this.#full;
  }

  /**
   * Counts bytes that a user stores in the current transaction. Returns an error if a limit is exceeded. The caller must call `settled`
   * at the end of the transaction.
   */
  spend(user: string, bytes: number): RequestError | undefined {
    if (this.#full !== undefined) {
      return new RequestError('storage_full', 'the storage of the server is full', { retryAfterMs: 60_000 });
    }
    this.#unchecked += bytes;
    if (this.#unchecked > uncheckedBytes) void this.check();
    const { bytesPerUserAndDay: limit } = this.#options;
    if (limit === 0) return undefined;
    const counter = this.#counter(user);
    const before = { ...counter };
    const now = this.#now();
    // The clock may have been set back.
    if (now < counter.since) counter.since = now;
    if (now >= counter.since + dayMs) Object.assign(counter, { since: now, bytes: 0, written: 0 });
    if (counter.bytes + bytes > limit) {
      const retryAfterMs = counter.since + dayMs - now;
      return new RequestError('quota_exceeded', 'this user stored as many bytes as allowed in 24 hours', {
        retryAfterMs,
      });
    }
    counter.bytes += bytes;
    this.#changes.push({ counter, before });
    if (counter.bytes - counter.written >= limit * writtenShare) this.#save(user, counter);
    return undefined;
  }

  /** Counts bytes that a user stores outside the group commit. @throws RequestError */
  charge(user: string, bytes: number): void {
    const refusal = this.spend(user, bytes);
    this.settled(true);
    if (refusal !== undefined) throw refusal;
  }

  /** Ends the transaction. A rollback restores the counters. */
  settled(committed: boolean): void {
    if (!committed) for (const { counter, before } of this.#changes.reverse()) Object.assign(counter, before);
    this.#changes = [];
  }

  /** Checks the sizes now. Never rejects. */
  check(): Promise<void> {
    this.#unchecked = 0;
    return (this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    }));
  }

  /** Stops checking and writes all counters. */
  close(): void {
    clearInterval(this.#timer);
    this.#saveAll();
  }

  #counter(user: string): Counter {
    const known = this.#counters.get(user);
    if (known !== undefined) return known;
    if (this.#counters.size >= maxCounters) {
      this.#saveAll();
      this.#counters.clear();
    }
    const row = this.#statements.load.get(user);
    const counter =
      row === undefined
        ? { since: this.#now(), bytes: 0, written: 0 }
        : { since: integer(row['since']), bytes: integer(row['bytes']), written: integer(row['bytes']) };
    this.#counters.set(user, counter);
    return counter;
  }

  #save(user: string, counter: Counter): void {
    this.#statements.save.run(user, counter.since, counter.bytes);
    counter.written = counter.bytes;
  }

  /** Writes all counters in one commit. Failures are only logged, because at most 1 % of the limit is lost. */
  #saveAll(): void {
    // A savepoint also works if a transaction is open.
    const run = (sql: string): void => {
      this.#sqlite.exec(sql);
    };
    try {
      run('SAVEPOINT counters');
      for (const [user, counter] of this.#counters) if (counter.bytes !== counter.written) this.#save(user, counter);
      run('RELEASE counters');
    } catch (error) {
      // On a full disk SQLite has already rolled back.
      if (this.#sqlite.isTransaction) run('ROLLBACK TO counters; RELEASE counters');
      this.#options.log.warn({ err: error }, 'the bytes that users stored could not be written');
    }
  }

  async #check(): Promise<void> {
    const { file, databaseBytes, freeBytes, log } = this.#options;
    let full: string | undefined;
    try {
      if (databaseBytes > 0 && (await size(file)) + (await size(`${file}-wal`)) >= databaseBytes) {
        full = 'the database has reached MAX_DATABASE_MB';
      }
      if (freeBytes > 0) {
        const { bavail, bsize } = await statfs(dirname(file));
        if (bavail * bsize < freeBytes) full = 'the disk of DATA_DIR has less free space than MIN_FREE_DISK_MB';
      }
    } catch (error) {
      log.error({ err: error }, 'the size of the database could not be determined');
      return;
    }
    if (full === this.#full) return;
    this.#full = full;
    if (full === undefined) log.info({}, 'storage is below its limits: messages are stored again');
    else log.error({ reason: full }, `messages are rejected: ${full}. Free disk space or raise the limit`);
  }
}

async function size(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
