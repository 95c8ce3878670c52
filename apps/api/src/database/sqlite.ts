import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Logger } from '@usher/realtime';
import { pino } from 'pino';
import { createDataDir, DataDirInUse, unusable } from './data-dir.ts';
import { checkedAtStartBytes, checkInBackground, checkNow, DatabaseDamaged, isDamageError } from './integrity.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';
import { StorageHealth } from './storage-health.ts';

/** The file name of the database in the data directory. */
export const databaseFile = 'usher.db';
/** How long a statement waits for a lock of another process, in milliseconds. */
export const busyTimeoutMs = 5_000;

/** The embedded database: one file and one connection, as a query builder and as prepared statements. */
export interface Database {
  /** Path of the database. */
  readonly file: string;
  /** For rare queries, which only use SQL that PostgreSQL also supports. */
  readonly kysely: Kysely<Tables>;
  /** For the hot path. The same connection, so that writers of this process never wait for each other. */
  readonly sqlite: DatabaseSync;
  /** Whether the database can be written. */
  readonly health: StorageHealth;
  /** Closes the file and unlocks the directory. Idempotent. */
  readonly close: () => void;
}

export interface DatabaseOptions {
  /** Defaults to none. */
  readonly log?: Logger;
  /** Files up to this size are checked before the function resolves, larger ones in the background. Defaults to 16 MiB. */
  readonly checkedAtStartBytes?: number;
}

/**
 * Opens the database in a directory (created if necessary, for its owner only), checks it and migrates its tables.
 *
 * Commits are durable: with a write-ahead log and `synchronous=FULL` they survive kill -9 and power loss
 * (sqlite.org/pragma.html#pragma_synchronous). Deleted content is overwritten in the file (`secure_delete`).
 *
 * @throws DataDirInUse when another server uses the directory: two servers would not see each other's messages.
 * @throws DataDirUnusable when the directory or a file in it cannot be created, read or written.
 * @throws DatabaseDamaged when the file is corrupt. Corruption of a large file is detected in the background and reported to `health`.
 */
export async function openDatabase(dataDir: string, options: DatabaseOptions = {}): Promise<Database> {
  const { log = pino({ level: 'silent' }), checkedAtStartBytes: checked = checkedAtStartBytes } = options;
  createDataDir(dataDir);
  const lock = lockDirectory(dataDir);
  const file = join(dataDir, databaseFile);
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs });
    sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    const isSmall = statSync(file).size <= checked;
    if (isSmall) checkNow(sqlite, file);
    // The first read creates the files of the write-ahead log, which `health` records.
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    const health = new StorageHealth(file, log);
    const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(sqlite, health) }) });
    // One transaction for all migrations, so that a killed process leaves the old schema.
    sqlite.exec('BEGIN IMMEDIATE');
    await migrate(kysely);
    sqlite.exec('COMMIT');
    const opened = sqlite;
    const endCheck = isSmall ? undefined : checkInBackground(file, health, log);
    const close = (): void => {
      if (!opened.isOpen) return;
      endCheck?.();
      opened.close();
      lock.close();
    };
    return { file, kysely, sqlite, health, close };
  } catch (error) {
    sqlite?.close();
    lock.close();
    throw isDamageError(error) ? new DatabaseDamaged(file, error.message) : unusable(dataDir, error);
  }
}

/**
 * Holds an exclusive lock on a separate file until the process ends. The operating system releases the lock in any case, and the
 * database itself remains accessible to backups and `sqlite3`. `close` releases it earlier.
 *
 * @throws DataDirInUse, DataDirUnusable
 */
export function lockDirectory(dataDir: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dataDir, 'usher.lock'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && error.message.includes('locked')) throw new DataDirInUse(dataDir);
    throw unusable(dataDir, error);
  }
}

/** Size of the statement cache: more than the app has queries. */
const cachedStatements = 256;

/** Adapts `node:sqlite` to the interface of better-sqlite3 that Kysely's SQLite dialect expects. */
function adapt(sqlite: DatabaseSync, health: StorageHealth): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>();
  return {
    close: () => {
      // `Database.close` closes the shared connection.
    },
    prepare(sql) {
      let statement = cache.get(sql);
      if (statement === undefined) {
        const prepared = adaptStatement(sqlite.prepare(sql));
        if (sql === 'rollback') statement = rollback(prepared, sqlite);
        else statement = /^\s*select\b/i.test(sql) ? prepared : checkedWrite(prepared, sqlite, health);
        if (cache.size < cachedStatements) cache.set(sql, statement);
      }
      return statement;
    },
  };
}

/** After some errors, such as a full disk, SQLite has already rolled back. */
function rollback(statement: SqliteStatement, sqlite: DatabaseSync): SqliteStatement {
  return {
    ...statement,
    run: (parameters) => (sqlite.isTransaction ? statement.run(parameters) : { changes: 0, lastInsertRowid: 0 }),
  };
}

/** Wraps a statement that writes. It throws if the database files were removed or replaced. */
function checkedWrite(statement: SqliteStatement, sqlite: DatabaseSync, health: StorageHealth): SqliteStatement {
  function write<T>(execute: () => T): T {
    health.assertWritable();
    let result: T;
    try {
      result = execute();
    } catch (error) {
      throw health.failed(error);
    }
    if (!sqlite.isTransaction) health.assertFilesInPlace();
    return result;
  }
  return {
    ...statement,
    all: (parameters) => write(() => statement.all(parameters)),
    run: (parameters) => write(() => statement.run(parameters)),
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be stored`);
}
