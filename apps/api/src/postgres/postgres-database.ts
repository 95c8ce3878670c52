import { Kysely, PostgresDialect } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import { Pool, TypeOverrides, types } from 'pg';
import type { Tables } from '../database/schema.ts';
import { postgresMigrations } from './migrations.ts';
import { PostgresUnusable, unusable } from './postgres-unusable.ts';

/** The oldest supported version: `14` as in `server_version_num / 10000`. */
const oldestVersion = 14;
/** How long a connection attempt may take, in milliseconds. */
const connectMs = 2_000;

/** How long a statement may take and wait for a lock, in milliseconds. PostgreSQL enforces it, and the client a second later. */
interface Timeouts {
  readonly statementMs: number;
  readonly lockMs: number;
}

const queryTimeouts: Timeouts = { statementMs: 5_000, lockMs: 2_000 };
/** A migration may create an index, and wait until another node has created it. */
const migrationTimeouts: Timeouts = { statementMs: 600_000, lockMs: 600_000 };

export interface PostgresDatabase {
  readonly pool: Pool;
  /** At most two connections to PostgreSQL itself, even if `url` is a pooler. Otherwise `pool`. */
  readonly directPool: Pool;
  readonly kysely: Kysely<Tables>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the TLS options of `pg` as parameters (`sslmode`, `sslrootcert`). */
  readonly url: string;
  /** The database itself, if `url` is a pooler such as PgBouncer in transaction mode. Defaults to `url`. */
  readonly migrationUrl?: string;
  /** Maximum connections of this node. Defaults to 20. */
  readonly maxConnections?: number;
  /** Receives errors of idle connections. */
  readonly onError?: (error: Error) => void;
}

/**
 * Connects to PostgreSQL and migrates the tables in the schema `usher`. Several nodes may start at the same time: they migrate one after
 * the other. Later losses of connections are repaired by the pool; calls fail within seconds meanwhile.
 *
 * @throws PostgresUnusable
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  const database = await connectPostgres(options);
  try {
    await requireNoImport(database.pool);
    await migratePostgres(options.migrationUrl ?? options.url);
    return database;
  } catch (error) {
    await database.close();
    throw unusable(error);
  }
}

/**
 * Connects to PostgreSQL without migrating its tables.
 *
 * @throws PostgresUnusable
 */
export async function connectPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  const { url, migrationUrl = url, maxConnections = 20, onError } = options;
  const isPooler = migrationUrl !== url;
  // A pooler rejects connections that set a timeout.
  const pool = newPool(url, { max: maxConnections, timeouts: isPooler ? undefined : queryTimeouts, onError });
  const directPool = isPooler ? newPool(migrationUrl, { max: 2, timeouts: queryTimeouts, onError }) : pool;
  const close = async (): Promise<void> => {
    await Promise.all([pool.end(), ...(isPooler ? [directPool.end()] : [])]);
  };
  try {
    await checkServer(pool);
    return { pool, directPool, kysely: newKysely(pool), close };
  } catch (error) {
    await close();
    throw unusable(error);
  }
}

/** The table that exists while an import from SQLite (`npm run migrate:postgres`) has not finished. */
export const importTable = 'usher.sqlite_import';

async function requireNoImport(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ importing: boolean }>('SELECT to_regclass($1) IS NOT NULL AS importing', [
    importTable,
  ]);
  if (rows[0]?.importing === true) {
    throw new PostgresUnusable(
      'the import from SQLite has not finished: run npm run migrate:postgres again until it reports success',
    );
  }
}

/** Parses `int8` as a number: all stored numbers are times, counters and sequence numbers below 2^53. */
const numbers = new TypeOverrides();
numbers.setTypeParser(types.builtins.INT8, Number);

interface PoolSettings {
  readonly max: number;
  readonly timeouts: Timeouts | undefined;
  readonly onError?: PostgresOptions['onError'];
}

function newPool(url: string, { max, timeouts, onError }: PoolSettings): Pool {
  let connectionString: string;
  try {
    // Throws for a malformed URL, with the URL in the message.
    connectionString = new URL(url).href;
  } catch {
    throw new PostgresUnusable('invalid DATABASE_URL: must be a URL like postgres://user:password@host:5432/database');
  }
  const pool = new Pool({
    connectionString,
    max,
    application_name: 'usher',
    connectionTimeoutMillis: connectMs,
    ...(timeouts !== undefined && {
      statement_timeout: timeouts.statementMs,
      lock_timeout: timeouts.lockMs,
      idle_in_transaction_session_timeout: timeouts.statementMs,
    }),
    // If the server does not even report the timeout of a statement.
    query_timeout: (timeouts ?? queryTimeouts).statementMs + 1_000,
    keepAlive: true,
    types: numbers,
  });
  pool.on('error', (error) => onError?.(error));
  // The pool listens only while a connection is idle. Without a listener, the loss of a connection in a transaction would end the process; the
  // statement fails in any case.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

function newKysely(pool: Pool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema('usher');
}

const timeoutNames = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

async function checkServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; name: string; user: string; unset: string[] }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
      quote_ident(current_user) AS user,
      ARRAY(SELECT name FROM unnest($1::text[]) name WHERE current_setting(name) = '0') AS unset`,
    [timeoutNames],
  );
  const [server] = rows;
  if (server === undefined) throw new Error('PostgreSQL does not report its version');
  requireVersion(server.version, server.name);
  if (server.unset.length === 0) return;
  const { statementMs, lockMs } = queryTimeouts;
  const statements = server.unset.map(
    (name) => `ALTER ROLE ${server.user} SET ${name} = '${name === 'lock_timeout' ? lockMs : statementMs}ms';`,
  );
  throw new PostgresUnusable(
    `DATABASE_URL leads to a pooler, so the timeouts have to be settings of its user. Run: ${statements.join(' ')}`,
  );
}

/**
 * @param version `server_version_num`: 140012 for version 14.12
 * @throws PostgresUnusable
 */
export function requireVersion(version: number, name: string): void {
  if (Math.floor(version / 10_000) >= oldestVersion) return;
  throw new PostgresUnusable(`PostgreSQL ${name} is too old: version ${oldestVersion} or newer is required`);
}

/**
 * Creates or updates the tables. Kysely's migrator takes an advisory lock, so that nodes that start at the same time wait for each other.
 *
 * @param url the database itself, not a pooler
 */
export async function migratePostgres(url: string): Promise<void> {
  const pool = newPool(url, { max: 2, timeouts: migrationTimeouts });
  try {
    await pool.query('CREATE SCHEMA IF NOT EXISTS usher').catch((error: unknown) => {
      // Two nodes may create it at the same moment; `IF NOT EXISTS` does not exclude that.
      if (!hasCode(error, '23505')) throw error;
    });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const provider: MigrationProvider = { getMigrations: () => Promise.resolve(postgresMigrations) };
    const migrator = new Migrator({ db: db.withSchema('usher'), provider, migrationTableSchema: 'usher' });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error instanceof Error ? error : new Error('the database could not be migrated');
  } finally {
    await pool.end();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
