import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { DataDirInUse } from '../database/data-dir.ts';
import { checkNow, DatabaseDamaged, isDamageError } from '../database/integrity.ts';
import { migrationNames } from '../database/migrations.ts';
import { lockDirectory } from '../database/sqlite.ts';
import { searchableWords } from '../postgres/postgres-search.ts';
import { ImportError } from './import-error.ts';

/** A value in PostgreSQL. A list contains the words of a message. */
export type Value = string | number | null | readonly string[];
export type Row = Readonly<Record<string, Value>>;

/** The values of the primary key of a row. */
export type Key = readonly SQLInputValue[];

export interface Page {
  readonly rows: readonly Row[];
  /** The key of the last row. */
  readonly last: Key;
}

/** The tables to copy. A table follows those that it references. */
export const importedTables = [
  'users',
  'sessions',
  'rooms',
  'memberships',
  'messages',
  'mentions',
  'stored_bytes',
  'audit',
  'password_links',
  'api_keys',
] as const;
export type ImportedTable = (typeof importedTables)[number];

/** Tables that are not copied row by row: the index of `messages`, the head of `audit`, the probe of the health check, and the list of migrations. */
export const derivedTables = /^(message_texts|audit_head$|write_probe$|kysely_migration|sqlite_)/;

/** Rows and characters of a page, about. */
const pageRows = 1_000;
const pageChars = 1_000_000;

/** An embedded database that is read in one snapshot. It is never changed. */
export class SqliteSource {
  readonly #sqlite: DatabaseSync;
  readonly #lock: DatabaseSync;
  /** Texts with U+0000, which PostgreSQL cannot store. It is replaced by U+FFFD. */
  replaced = 0;

  private constructor(sqlite: DatabaseSync, lock: DatabaseSync) {
    this.#sqlite = sqlite;
    this.#lock = lock;
  }

  /**
   * Opens a database file that no server uses, and prevents that one starts until it is closed.
   *
   * @throws ImportError if it does not exist, is in use, is damaged, or belongs to another version
   */
  static open(file: string): SqliteSource {
    if (!existsSync(file)) throw new ImportError(`${file} does not exist: --from must be the file usher.db`);
    let lock: DatabaseSync;
    try {
      lock = lockDirectory(dirname(file));
    } catch (error) {
      if (error instanceof DataDirInUse) throw new ImportError(`${file} is in use by a server: stop the server first`);
      throw error;
    }
    let sqlite: DatabaseSync | undefined;
    try {
      sqlite = new DatabaseSync(file, { readOnly: true });
      sqlite.exec('BEGIN');
      checkNow(sqlite, file);
      checkVersion(sqlite, file);
      return new SqliteSource(sqlite, lock);
    } catch (error) {
      sqlite?.close();
      lock.close();
      throw isDamageError(error) ? new DatabaseDamaged(file, error.message) : error;
    }
  }

  /** Identifies the database, so that an import is not continued with another one. */
  get id(): string {
    const oldest = this.#sqlite.prepare('SELECT name, created_at FROM users ORDER BY created_at, name LIMIT 1').get();
    return oldest === undefined ? 'empty' : `${String(oldest['name'])} ${String(oldest['created_at'])}`;
  }

  count(table: ImportedTable): number {
    return Number(this.#sqlite.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
  }

  /** The recorded head of the audit log. `undefined` if it was deleted. */
  get auditHead(): Row | undefined {
    const row = this.#sqlite.prepare('SELECT seq, hash FROM audit_head').get();
    return row && { seq: Number(row['seq']), hash: String(row['hash']) };
  }

  /** The columns of a table in PostgreSQL, whose rows `pages` returns. */
  columns(table: ImportedTable): readonly string[] {
    const columns = this.#info(table).map(({ name }) => name);
    return table === 'messages' ? [...columns, 'words'] : columns;
  }

  /** Reads a table in the order of its primary key, after a key. */
  *pages(table: ImportedTable, after?: Key): Generator<Page> {
    const info = this.#info(table);
    const key = info
      .filter(({ position }) => position > 0)
      .toSorted((one, other) => one.position - other.position)
      .map(({ name }) => name);
    const condition = (values: Key | undefined): string =>
      values === undefined ? '' : `WHERE (${key.join()}) > (${values.map(() => '?').join()})`;
    for (let last = after; ;) {
      const statement = this.#sqlite.prepare(
        `SELECT ${info.map(({ name }) => name).join()} FROM ${table} ${condition(last)} ORDER BY ${key.join()} LIMIT ${pageRows}`,
      );
      const rows: Row[] = [];
      let chars = 0;
      for (const stored of statement.iterate(...(last ?? []))) {
        const row = this.#convert(table, stored);
        rows.push(row);
        last = key.map((name) => stored[name] ?? null);
        chars += typeof row['text'] === 'string' ? row['text'].length : 0;
        if (chars >= pageChars) break;
      }
      if (rows.length === 0 || last === undefined) return;
      yield { rows, last };
    }
  }

  close(): void {
    this.#sqlite.close();
    this.#lock.close();
  }

  #info(table: ImportedTable): readonly { readonly name: string; readonly position: number }[] {
    const rows = this.#sqlite.prepare(`PRAGMA table_info(${table})`).all();
    return rows.map((row) => ({ name: String(row['name']), position: Number(row['pk']) }));
  }

  #convert(table: ImportedTable, stored: Readonly<Record<string, SQLOutputValue>>): Row {
    const row: Record<string, Value> = {};
    for (const [name, value] of Object.entries(stored)) {
      if (value !== null && typeof value !== 'string' && typeof value !== 'number') {
        throw new ImportError(`invalid value in ${table}.${name}: must be a text or a number, not ${typeof value}`);
      }
      row[name] = typeof value === 'string' ? this.#storable(value) : value;
    }
    if (table === 'messages') row['words'] = wordsOf(row);
    return row;
  }

  #storable(text: string): string {
    if (!text.includes('\0')) return text;
    this.replaced += 1;
    return text.replaceAll('\0', '\uFFFD');
  }
}

/** As `PostgresHistory` stores them: none for edits, deletions and deleted messages. */
function wordsOf({ text, edits, deletes, deleted_at: deletedAt }: Row): readonly string[] | null {
  if (edits !== null || deletes !== null || deletedAt !== null) return null;
  const words = searchableWords(String(text));
  return words.length === 0 ? null : words;
}

/** @throws ImportError unless the database has exactly the migrations of this version. */
function checkVersion(sqlite: DatabaseSync, file: string): void {
  const isUsher = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE name = 'kysely_migration'`).get();
  if (isUsher === undefined) throw new ImportError(`${file} is not a database of Usher`);
  const applied = new Set(
    sqlite
      .prepare('SELECT name FROM kysely_migration')
      .all()
      .map(({ name }) => String(name)),
  );
  if (migrationNames.some((name) => !applied.has(name))) {
    throw new ImportError(
      `${file} was written by an older version: start a server of this version on it once, which updates it, and stop the server`,
    );
  }
  if (applied.size > migrationNames.length) {
    throw new ImportError(`${file} was written by a newer version: use the program of that version`);
  }
}
