import type { PoolClient, QueryResultRow } from 'pg';
import { importTable, migratePostgres, type PostgresDatabase } from '../postgres/postgres-database.ts';
import { ImportError } from './import-error.ts';
import { type ImportedTable, importedTables, type Key, type Page, type Row } from './sqlite-source.ts';

/** How far a table was copied. */
export interface Copied {
  readonly rows: number;
  /** The key of the last row. */
  readonly last: Key;
}

/** Any two numbers that no other program uses for its advisory locks. 7697256: "ush". */
const importLock = 'SELECT pg_advisory_lock(7697256, 2)';
const fetchedRows = 2_000;

/** A PostgreSQL database that receives the rows of an embedded one. It records its progress in the transaction of each page. */
export class PostgresTarget {
  readonly #client: PoolClient;

  private constructor(client: PoolClient) {
    this.#client = client;
  }

  /**
   * Prepares an empty database, or continues an import of the same source. The database is locked for other imports until `release`.
   *
   * @param url the URL of the database, for the creation of its tables
   * @param source the id of the source
   * @throws ImportError if the database contains other data, or another import is running
   */
  static async open(database: PostgresDatabase, url: string, source: string): Promise<PostgresTarget> {
    const client = await database.directPool.connect();
    // A lost connection also rejects the query in progress. Without a listener it would end the process.
    client.on('error', () => undefined);
    const target = new PostgresTarget(client);
    try {
      await target.#lock();
      if (await target.#exists(importTable)) {
        const [state] = await target.#query(`SELECT source FROM ${importTable}`);
        if (state?.['source'] !== source) {
          throw new ImportError(
            'the PostgreSQL database contains an unfinished import of another file: continue with that file, or use an empty database',
          );
        }
        return target;
      }
      await target.#requireEmpty();
      await migratePostgres(url);
      await client.query('BEGIN');
      await client.query(`CREATE TABLE ${importTable} (source text NOT NULL, copied jsonb NOT NULL)`);
      await client.query(`INSERT INTO ${importTable} VALUES ($1, '{}')`, [source]);
      await client.query('COMMIT');
      return target;
    } catch (error) {
      target.release();
      throw error;
    }
  }

  /** How far a table was copied before. */
  async copied(table: ImportedTable): Promise<Copied | undefined> {
    const [row] = await this.#query(`SELECT copied -> $1 AS copied FROM ${importTable}`, [table]);
    return (row?.['copied'] ?? undefined) as Copied | undefined;
  }

  /** Inserts a page in one transaction. */
  async insert(table: ImportedTable, columns: readonly string[], { rows, last }: Page, total: number): Promise<void> {
    const names = columns.join();
    await this.#client.query('BEGIN');
    await this.#client.query(
      `INSERT INTO usher.${table} (${names}) OVERRIDING SYSTEM VALUE
       SELECT ${names} FROM json_populate_recordset(NULL::usher.${table}, $1)`,
      [JSON.stringify(rows.map(toRecord))],
    );
    await this.#client.query(`UPDATE ${importTable} SET copied = copied || jsonb_build_object($1::text, $2::jsonb)`, [
      table,
      JSON.stringify({ rows: total, last } satisfies Copied),
    ]);
    await this.#client.query('COMMIT');
  }

  /** Reads all rows of a table, in any order. */
  async *rows(table: ImportedTable, columns: readonly string[]): AsyncGenerator<Row> {
    const read = columns.map((name) => (name === 'words' ? 'tsvector_to_array(words) AS words' : name)).join();
    await this.#client.query('BEGIN');
    await this.#client.query(`DECLARE every_row CURSOR FOR SELECT ${read} FROM usher.${table}`);
    for (;;) {
      const rows = await this.#query(`FETCH ${fetchedRows} FROM every_row`);
      if (rows.length === 0) break;
      for (const row of rows) yield row;
    }
    await this.#client.query('COMMIT');
  }

  /**
   * Lets new messages continue the numbers of the copied ones, and ends the import: servers can be started.
   *
   * @param auditHead the recorded head of the audit log. It is copied as it is, so that a change of the log remains detectable
   */
  async finish(auditHead: Row | undefined): Promise<void> {
    await this.#client.query('BEGIN');
    await this.#client.query('ALTER TABLE usher.audit_head DISABLE TRIGGER USER');
    await this.#client.query('DELETE FROM usher.audit_head');
    if (auditHead !== undefined) {
      await this.#client.query('INSERT INTO usher.audit_head VALUES (1, $1, $2)', [
        auditHead['seq'],
        auditHead['hash'],
      ]);
    }
    await this.#client.query('ALTER TABLE usher.audit_head ENABLE TRIGGER USER');
    await this.#client.query(
      `SELECT setval(pg_get_serial_sequence('usher.messages', 'number'), max(number)) FROM usher.messages HAVING max(number) > 0`,
    );
    await this.#client.query(`DROP TABLE ${importTable}`);
    await this.#client.query('COMMIT');
    // Without statistics the first queries would be slow.
    for (const table of importedTables) await this.#client.query(`ANALYZE usher.${table}`);
  }

  /** Closes the connection, which also releases the lock. */
  release(): void {
    this.#client.release(true);
  }

  async #lock(): Promise<void> {
    try {
      // Waits for the time of `lock_timeout`, because PostgreSQL may not have noticed yet that a killed import is gone.
      await this.#client.query(importLock);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === '55P03') {
        throw new ImportError('another import into this PostgreSQL database is running');
      }
      throw error;
    }
  }

  async #requireEmpty(): Promise<void> {
    for (const table of importedTables) {
      if (!(await this.#exists(`usher.${table}`))) continue;
      const [row] = await this.#query(`SELECT EXISTS (SELECT FROM usher.${table}) AS filled`);
      if (row?.['filled'] === true) {
        throw new ImportError(
          `the PostgreSQL database is not empty: the table usher.${table} has rows. Use an empty database, and do not start a server on it before the import`,
        );
      }
    }
  }

  async #exists(table: string): Promise<boolean> {
    const [row] = await this.#query('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
    return row?.['found'] === true;
  }

  async #query(text: string, values: unknown[] = []): Promise<QueryResultRow[]> {
    return (await this.#client.query<QueryResultRow>(text, values)).rows;
  }
}

/** A row as JSON for `json_populate_recordset`. Words have no quotes and backslashes, so they can be quoted for the type `tsvector`. */
function toRecord(row: Row): object {
  const { words } = row;
  return Array.isArray(words) ? { ...row, words: words.map((word) => `'${String(word)}'`).join(' ') } : row;
}
