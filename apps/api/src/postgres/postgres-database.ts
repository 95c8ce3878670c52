import { Kysely, PostgresDialect } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import { Pool, type PoolConfig, TypeOverrides, types } from 'pg';
import type { Tables } from '../database/schema.ts';
import { postgresMigrations } from './migrations.ts';

/** The oldest supported version: `14` as in `server_version_num / 10000`. */
const oldestVersion = 14;
/** How long a statement, a lock and a connection attempt may take, in milliseconds. */
const statementMs = 5_000;
const lockMs = 2_000;
const connectMs = 2_000;

export interface PostgresDatabase {
  readonly pool: Pool;
  readonly kysely: Kysely<Tables>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the TLS options of `pg` as parameters (`sslmode`, `sslrootcert`). */
  readonly url: string;
  /** The database for migrations, if `url` is a pooler such as PgBouncer in transaction mode. Defaults to `url`. */
  readonly migrationUrl?: string;
  /** Maximum connections of this node. Defaults to 20. */
  readonly maxConnections?: number;
  /** Receives errors of idle connections. */
  readonly onError?: (error: Error) => void;
}

/** PostgreSQL cannot be used. The message names the reason and what to change, and never contains the URL, which has the password. */
export class PostgresUnusable extends Error {
  override readonly name = 'PostgresUnusable';
}

/**
 * Connects to PostgreSQL and migrates the tables in the schema `usher`. Several nodes may start at the same time: they migrate one after
 * the other. Later losses of connections are repaired by the pool; calls fail within seconds meanwhile.
 *
 * @throws PostgresUnusable
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  const { url, migrationUrl = url, maxConnections = 20, onError } = options;
  const pool = newPool(url, maxConnections, onError);
  try {
    await checkVersion(pool);
    const migrationPool = migrationUrl === url ? pool : newPool(migrationUrl, 2, onError);
    try {
      await migrate(migrationPool);
    } finally {
      if (migrationPool !== pool) await migrationPool.end();
    }
    return { pool, kysely: newKysely(pool), close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error instanceof PostgresUnusable ? error : new PostgresUnusable(reasonOf(error));
  }
}

/** Parses `int8` as a number: all stored numbers are times, counters and sequence numbers below 2^53. */
const numbers = new TypeOverrides();
numbers.setTypeParser(types.builtins.INT8, Number);

function newPool(connectionString: string, max: number, onError: PostgresOptions['onError']): Pool {
  let config: PoolConfig;
  try {
    // Throws for a malformed URL, with the URL in the message.
    config = { connectionString: new URL(connectionString).href };
  } catch {
    throw new PostgresUnusable('invalid DATABASE_URL: must be a URL like postgres://user:password@host:5432/database');
  }
  const pool = new Pool({
    ...config,
    max,
    application_name: 'usher',
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: statementMs,
    // If the server does not even report the timeout of a statement.
    query_timeout: statementMs + 1_000,
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

async function checkVersion(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; name: string }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_version') AS name`,
  );
  const [server] = rows;
  if (server !== undefined && server.version < oldestVersion) {
    throw new PostgresUnusable(`PostgreSQL ${server.name} is too old: version ${oldestVersion} or newer is required`);
  }
}

/** Kysely's migrator takes an advisory lock, so that nodes that start at the same time wait for each other. */
async function migrate(pool: Pool): Promise<void> {
  await pool.query('CREATE SCHEMA IF NOT EXISTS usher').catch(async (error: unknown) => {
    // Two nodes may create it at the same moment; `IF NOT EXISTS` does not exclude that.
    if (!hasCode(error, '23505')) throw error;
    return Promise.resolve();
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const provider: MigrationProvider = { getMigrations: () => Promise.resolve(postgresMigrations) };
  const migrator = new Migrator({ db: db.withSchema('usher'), provider, migrationTableSchema: 'usher' });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('the database could not be migrated');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

const reasons: readonly (readonly [code: string, reason: string])[] = [
  ['ECONNREFUSED', 'PostgreSQL refuses connections: check the host and port of DATABASE_URL, and that the server runs'],
  ['ENOTFOUND', 'the host of DATABASE_URL is unknown'],
  ['ENOENT', 'the socket of DATABASE_URL does not exist'],
  ['28P01', 'PostgreSQL rejects the password of DATABASE_URL'],
  ['28000', 'PostgreSQL rejects the user of DATABASE_URL: check pg_hba.conf and TLS (sslmode)'],
  ['3D000', 'the database of DATABASE_URL does not exist: create it first'],
  [
    '42501',
    'the user of DATABASE_URL lacks rights: it must be the owner of the database, to create a schema and an extension',
  ],
  ['53300', 'PostgreSQL has no connection left: raise max_connections'],
  ['57P03', 'PostgreSQL is still starting'],
];

function reasonOf(error: unknown): string {
  for (const [code, reason] of reasons) if (hasCode(error, code)) return reason;
  const message = error instanceof Error ? error.message : String(error);
  if (/timeout/i.test(message))
    return 'PostgreSQL does not answer: check the host and port of DATABASE_URL and the network';
  return `PostgreSQL cannot be used: ${message}`;
}
