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
  /** At most two connections to PostgreSQL itself, also if `url` is a pooler. Otherwise `pool`. */
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
  const database = await connectPostgres(options);
  try {
    await requireNoImport(database.pool);
    await migratePostgres(database);
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
  const pool = newPool(url, maxConnections, onError);
  const directPool = migrationUrl === url ? pool : newPool(migrationUrl, 2, onError);
  const close = async (): Promise<void> => {
    await Promise.all([pool.end(), ...(directPool === pool ? [] : [directPool.end()])]);
  };
  try {
    await checkVersion(pool);
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
export async function migratePostgres({ directPool: pool }: Pick<PostgresDatabase, 'directPool'>): Promise<void> {
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

/** Converts an error of PostgreSQL or of its connection to `PostgresUnusable`. */
function unusable(error: unknown): PostgresUnusable {
  return error instanceof PostgresUnusable ? error : new PostgresUnusable(reasonOf(error));
}

function reasonOf(error: unknown): string {
  for (const [code, reason] of reasons) if (hasCode(error, code)) return reason;
  const message = error instanceof Error ? error.message : String(error);
  if (/timeout/i.test(message))
    return 'PostgreSQL does not answer: check the host and port of DATABASE_URL and the network';
  return `PostgreSQL cannot be used: ${message}`;
}
