import { type BigIntStats, statSync } from 'node:fs';
import { type Logger, RequestError } from '@usher/realtime';
import { resultCode } from './sqlite-values.ts';

/** The server cannot write to the database. Socket requests receive `internal`, HTTP requests 503 `store_unavailable`. */
export class StorageUnavailable extends RequestError {
  constructor(cause?: unknown) {
    super('internal', 'the database cannot be written', { retryAfterMs: 5_000 });
    this.cause = cause;
  }
}

/**
 * - `full`, `failing`: the last write failed; the next successful write clears it.
 * - `lost`: a file of the database was removed or replaced. `damaged`: SQLite reported corruption. Both last until a restart,
 *   and no further write is attempted.
 */
type StorageFault = 'full' | 'failing' | 'lost' | 'damaged';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that concern the storage and not the statement. */
const faultOf: Readonly<Record<number, StorageFault>> = {
  8: 'failing', // SQLITE_READONLY
  10: 'failing', // SQLITE_IOERR
  11: 'damaged', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'failing', // SQLITE_CANTOPEN
  26: 'damaged', // SQLITE_NOTADB
};

const remedies: Readonly<Record<StorageFault, string>> = {
  full: 'the disk of DATA_DIR is full: nothing can be stored. Free disk space; the server then continues automatically',
  failing:
    'the database cannot be written. Check the disk and the permissions of DATA_DIR; the server then continues automatically',
  lost:
    'a file of the database was removed or replaced while the server runs: nothing is stored any more. Copy what is still open ' +
    '(/proc/PID/fd on Linux) if you need it, stop the server, restore usher.db and start again',
  damaged:
    'the database is damaged: nothing is stored any more. Stop the server, keep a copy of DATA_DIR, and restore a backup or ' +
    'recover the file (sqlite3 usher.db .recover)',
};

/** Tracks whether the database can be written, based on previous writes and its files. */
export class StorageHealth {
  readonly #log: Logger;
  /** The files at the time of opening. Includes the WAL index, because a second one would corrupt the database. */
  readonly #files = new Map<string, BigIntStats>();
  #fault: StorageFault | undefined;

  /** @param file path of the open database */
  constructor(file: string, log: Logger) {
    this.#log = log;
    for (const path of [file, `${file}-wal`, `${file}-shm`]) {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats !== undefined) this.#files.set(path, stats);
    }
  }

  get fault(): StorageFault | undefined {
    return this.#fault;
  }

  /** @throws StorageUnavailable if writing is pointless until a restart */
  assertWritable(): void {
    if (this.#fault === 'lost' || this.#fault === 'damaged') throw new StorageUnavailable();
  }

  /**
   * Verifies that the open files are still those in the directory. Call after a commit and before its acknowledgment. The three `stat`
   * calls cost a fraction of the preceding `fsync`.
   *
   * @throws StorageUnavailable
   */
  assertFilesInPlace(): void {
    for (const [path, { dev, ino }] of this.#files) {
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (now?.dev === dev && now.ino === ino) continue;
      this.#enter('lost', new Error(`${path} is not the file that was opened`));
      throw new StorageUnavailable();
    }
  }

  /** Records that an integrity check failed. */
  damaged(error: Error): void {
    this.#enter('damaged', error);
  }

  /** Records a committed write. */
  succeeded(): void {
    if (this.#fault !== 'full' && this.#fault !== 'failing') return;
    this.#fault = undefined;
    this.#log.info({}, 'the database can be written again');
  }

  /** Records a database error. Returns the error for the client. */
  failed(error: unknown): unknown {
    const fault = faultOf[resultCode(error)];
    if (fault === undefined) return error;
    this.#enter(fault, error);
    if (fault !== 'full') return new StorageUnavailable(error);
    return new RequestError('storage_full', 'the storage of the server is full', { retryAfterMs: 30_000 });
  }

  #enter(fault: StorageFault, err: unknown): void {
    if (this.#fault === fault || this.#fault === 'lost' || this.#fault === 'damaged') return;
    this.#fault = fault;
    this.#log.error({ err, fault }, remedies[fault]);
  }
}
