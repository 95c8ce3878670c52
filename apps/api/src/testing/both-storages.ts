import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { PostgresServer, RedisServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { beforeAll, describe, onTestFinished } from 'vitest';
import { newApp, type TestApp } from './new-app.ts';

/** The app on one of the storages. */
export interface StoredApp extends TestApp {
  /** Executes a statement in the database, past the app. Tables have no schema in the name. */
  readonly execute: (sql: string) => Promise<void>;
  /** All rows of a table. On PostgreSQL, numbers are texts. */
  readonly rows: (table: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** All rows of a table as one text, to search it for secrets. */
  readonly dump: (table: string) => Promise<string>;
  /** The argument with which programs find the database. */
  readonly source: readonly [option: string, value: string];
}

export type NewStoredApp = (env?: Readonly<Record<string, string>>) => Promise<StoredApp>;

const secret = 'a secret of at least thirty-two bytes';

/** Runs the same tests on SQLite and on PostgreSQL. */
export function onBothStorages(title: string, tests: (open: NewStoredApp) => void): void {
  describe(`${title}, on SQLite`, () => {
    tests(async (env) => onSqlite(await newApp(env)));
  });
  describe(`${title}, on PostgreSQL`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
      return () => server.stop();
    });
    tests(async (env) => {
      const url = await server.newDatabaseUrl();
      return onPostgres(url, await newApp({ DATABASE_URL: url, JWT_SECRET: secret, ...env }));
    });
  });
}

/** Two nodes on one PostgreSQL database and one Redis, which end with the test. */
export async function twoNodes(server: PostgresServer): Promise<readonly [StoredApp, StoredApp]> {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const url = await server.newDatabaseUrl();
  const env = { DATABASE_URL: url, REDIS_URL: `unix://${redis.socketPath}`, JWT_SECRET: secret };
  return [onPostgres(url, await newApp(env)), onPostgres(url, await newApp(env))];
}

function onSqlite(app: TestApp): StoredApp {
  const file = join(app.dataDir, 'usher.db');
  const within = <T>(work: (database: DatabaseSync) => T): Promise<T> =>
    new Promise((resolve) => {
      const database = new DatabaseSync(file, { timeout: 5_000 });
      try {
        resolve(work(database));
      } finally {
        database.close();
      }
    });
  const rows: StoredApp['rows'] = (table) => within((database) => database.prepare(`SELECT * FROM ${table}`).all());
  return {
    ...app,
    execute: (sql) =>
      within((database) => {
        database.exec(sql);
      }),
    rows,
    dump: async (table) => JSON.stringify(await rows(table)),
    source: ['--db', file],
  };
}

function onPostgres(url: string, app: TestApp): StoredApp {
  const query = async (sql: string): ReturnType<StoredApp['rows']> => {
    const pool = new Pool({ connectionString: url, max: 1, options: '-c search_path=usher' });
    try {
      return (await pool.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await pool.end();
    }
  };
  return {
    ...app,
    execute: async (sql) => {
      await query(sql);
    },
    rows: (table) => query(`SELECT * FROM ${table}`),
    dump: async (table) => JSON.stringify(await query(`SELECT * FROM ${table}`)),
    source: ['--database-url', url],
  };
}
