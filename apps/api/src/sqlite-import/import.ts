import { hash } from 'node:crypto';
import { connectPostgres } from '../postgres/postgres-database.ts';
import { ImportError } from './import-error.ts';
import { PostgresTarget } from './postgres-target.ts';
import { type ImportedTable, importedTables, type Row, SqliteSource } from './sqlite-source.ts';

export interface ImportOptions {
  /** The file of the embedded database. It is not changed. */
  readonly from: string;
  /** The URL of an empty PostgreSQL database, or of one into which the import of the same file has begun. */
  readonly to: string;
  /** Receives a line for each table and every 5 % of it. */
  readonly report: (line: string) => void;
}

/** The number of rows of a table, and a checksum that does not depend on their order. */
interface Content {
  readonly rows: number;
  readonly checksum: string;
}

const reportedShare = 0.05;

/**
 * Copies an embedded database to PostgreSQL and compares the content of each table. An interrupted import continues after the last
 * committed page. Until it has finished, no server starts on the PostgreSQL database.
 *
 * @throws ImportError, DatabaseDamaged, DataDirUnusable, PostgresUnusable, or an error of PostgreSQL
 */
export async function importSqlite({ from, to, report }: ImportOptions): Promise<void> {
  const source = SqliteSource.open(from);
  try {
    const database = await connectPostgres({ url: to, maxConnections: 2 });
    try {
      const target = await PostgresTarget.open(database, to, source.id);
      try {
        for (const table of importedTables) await copy(table, source, target, report);
        if (source.replaced > 0) report(`${source.replaced} texts had U+0000, which was replaced by U+FFFD`);
        for (const table of importedTables) await verify(table, source, target, report);
        await target.finish(source.auditHead);
      } finally {
        target.release();
      }
    } finally {
      await database.close();
    }
  } finally {
    source.close();
  }
}

async function copy(
  table: ImportedTable,
  source: SqliteSource,
  target: PostgresTarget,
  report: (line: string) => void,
): Promise<void> {
  const total = source.count(table);
  const before = await target.copied(table);
  let rows = before?.rows ?? 0;
  let reported = rows;
  if (rows > 0) report(`${table}: continuing after ${formatted(rows)} of ${formatted(total)} rows`);
  const columns = source.columns(table);
  for (const page of source.pages(table, before?.last)) {
    rows += page.rows.length;
    try {
      await target.insert(table, columns, page, rows);
    } catch (error) {
      throw new ImportError(`${table}: rows could not be copied: ${error instanceof Error ? error.message : ''}`, {
        cause: error,
      });
    }
    if (rows < total && rows - reported < total * reportedShare) continue;
    reported = rows;
    report(`${table}: ${formatted(rows)} of ${formatted(total)} rows`);
  }
  if (total === 0) report(`${table}: no rows`);
}

async function verify(
  table: ImportedTable,
  source: SqliteSource,
  target: PostgresTarget,
  report: (line: string) => void,
): Promise<void> {
  const columns = source.columns(table);
  const read = new Checksum(columns);
  for (const page of source.pages(table)) for (const row of page.rows) read.add(row);
  const written = new Checksum(columns);
  for await (const row of target.rows(table, columns)) written.add(row);
  const [expected, found] = [read.content, written.content];
  if (expected.rows !== found.rows || expected.checksum !== found.checksum) {
    throw new ImportError(
      `${table}: the copy differs: ${formatted(expected.rows)} rows with checksum ${expected.checksum} in SQLite, ${formatted(found.rows)} ` +
        `with ${found.checksum} in PostgreSQL. A server has changed one of them since the import began: import again into an empty database`,
    );
  }
  report(`${table}: verified ${formatted(found.rows)} rows, checksum ${found.checksum}`);
}

/** Adds the first 128 bits of the SHA-256 of each row. */
class Checksum {
  readonly #columns: readonly string[];
  #rows = 0;
  #sum = 0n;

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  add(row: Row): void {
    const values = this.#columns.map((name) => {
      const value = row[name];
      // PostgreSQL sorts words by their length.
      return Array.isArray(value) ? value.toSorted() : value;
    });
    this.#rows += 1;
    this.#sum = BigInt.asUintN(128, this.#sum + BigInt(`0x${hash('sha256', JSON.stringify(values)).slice(0, 32)}`));
  }

  get content(): Content {
    return { rows: this.#rows, checksum: this.#sum.toString(16).padStart(32, '0') };
  }
}

function formatted(count: number): string {
  return count.toLocaleString('en');
}
