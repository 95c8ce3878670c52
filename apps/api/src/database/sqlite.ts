import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { createDataDir, DataDirInUse, unusable } from './data-dir.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';

/** What the database is called in the data folder. */
export const databaseFile = 'usher.db';

/** The embedded database: one file, one connection, seen from two sides. */
export interface Database {
  /** For everything that is asked seldom. Its queries are those that PostgreSQL will share. */
  readonly kysely: Kysely<Tables>;
  /** For the one hot path, the history. The same connection: a writer never waits for another one of this process. */
  readonly sqlite: DatabaseSync;
  /** Closes the file and lets go of the folder, once all use is over. Doing it again does no harm. */
  readonly close: () => void;
}

/**
 * Opens the database in a directory, which is created if it does not exist, and brings its tables up to date.
 *
 * Commits are durable: write-ahead log with `synchronous=FULL`, so that what was committed survives kill -9 and power loss
 * (sqlite.org/pragma.html#pragma_synchronous). What is deleted is overwritten in the file (`secure_delete`).
 *
 * @throws DataDirInUse when another server uses the directory: two servers on one history would not see each other's messages.
 * @throws DataDirUnusable when the directory or a file in it cannot be created, read or written.
 */
export async function openDatabase(dataDir: string): Promise<Database> {
  createDataDir(dataDir);
  const lock = lockDirectory(dataDir);
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(join(dataDir, databaseFile), { enableForeignKeyConstraints: true, timeout: 5_000 });
    sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(sqlite) }) });
    // All of it or nothing: what is killed in the middle finds the tables as they were.
    sqlite.exec('BEGIN IMMEDIATE');
    await migrate(kysely);
    sqlite.exec('COMMIT');
    const opened = sqlite;
    const close = (): void => {
      if (!opened.isOpen) return;
      opened.close();
      lock.close();
    };
    return { kysely, sqlite, close };
  } catch (error) {
    sqlite?.close();
    lock.close();
    throw unusable(dataDir, error);
  }
}

/**
 * Holds an exclusive lock on a file of its own for as long as the process lives. The operating system releases it however
 * the process ends, and the database itself stays open to backups and to `sqlite3`.
 */
function lockDirectory(dataDir: string): DatabaseSync {
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

/** More different queries than the app has; a bound all the same. */
const keptStatements = 256;

/** Kysely's own SQLite dialect speaks to better-sqlite3; this is `node:sqlite` in the same shape. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => {
      // The file is closed by `Database.close`, for both sides at once.
    },
    prepare(sql) {
      let statement = kept.get(sql);
      if (statement === undefined) {
        statement = adaptStatement(sqlite.prepare(sql));
        if (kept.size < keptStatements) kept.set(sql, statement);
      }
      return statement;
    },
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
