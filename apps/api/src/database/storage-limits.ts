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

/** What a message or change counts beside the bytes of its text: about what its row and its index entries take. */
export const bytesPerMessage = 400;

const dayMs = 86_400_000;
/** Counters in memory. Beyond it all are written and loaded again where needed. */
const countersAtMost = 50_000;
/** A counter is written each time it has grown by this share of the limit: so much is not counted if the process is killed. */
const writtenShare = 1 / 100;
/** Bytes after which the file sizes are checked ahead of time. */
const uncheckedBytes = 8 * 1024 * 1024;
const checkEveryMs = 10_000;

/** Bytes of one user in one period of 24 hours. */
interface Counter {
  /** Begin of the period, Unix milliseconds. */
  since: number;
  bytes: number;
  /** What the database has. */
  written: number;
}

/**
 * Bounds what users store: bytes per user and day, and the size of the database or the free disk space. Counters are kept in memory and
 * written within the transaction of a message only each time they have grown by 1 % of the limit, so that a send costs no query.
 */
export class StorageLimits {
  readonly #sqlite: DatabaseSync;
  readonly #options: StorageLimitsOptions;
  readonly #now: () => number;
  readonly #counters = new Map<string, Counter>();
  readonly #statements;
  readonly #timer: NodeJS.Timeout;
  /** The state of counters before each change of the transaction under way. */
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

  /** Why nothing more may be stored, if so. */
  get full(): string | undefined {
    return this.#full;
  }

  /**
   * Counts bytes that a user stores within the transaction under way. Returns the error to refuse with.
   * `settled` has to be called at the end of the transaction.
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
    // Also after the clock was set back.
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

  /** Counts bytes that a user stores by other means than the group commit. @throws RequestError */
  charge(user: string, bytes: number): void {
    const refusal = this.spend(user, bytes);
    this.settled(true);
    if (refusal !== undefined) throw refusal;
  }

  /** The transaction ended. If it was rolled back, nothing of it counts. */
  settled(committed: boolean): void {
    if (!committed) for (const { counter, before } of this.#changes.reverse()) Object.assign(counter, before);
    this.#changes = [];
  }

  /** Compares the sizes with their limits now. Never rejects. */
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
    if (this.#counters.size >= countersAtMost) {
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

  /** In one commit. A counter that cannot be written is not worth an error: at most 1 % of the limit is not counted. */
  #saveAll(): void {
    // A savepoint is a transaction of its own, unless one is open.
    const run = (sql: string): void => {
      this.#sqlite.exec(sql);
    };
    try {
      run('SAVEPOINT counters');
      for (const [user, counter] of this.#counters) if (counter.bytes !== counter.written) this.#save(user, counter);
      run('RELEASE counters');
    } catch (error) {
      // After a full disk, SQLite has rolled back by itself.
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
    if (full === undefined) log.info({}, 'messages are stored again');
    else log.error({ reason: full }, `no message is stored: ${full}. Free disk space or raise the limit`);
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
