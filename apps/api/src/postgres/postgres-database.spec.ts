import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { PostgresServer, testCertificate } from '@usher/test-servers';
import { Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/per-test.ts';
import { Users } from '../users/users.ts';
import { postgresMigrations } from './migrations.ts';
import { openPostgres, type PostgresDatabase, type PostgresOptions, requireVersion } from './postgres-database.ts';
import { PostgresUnusable } from './postgres-unusable.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({ tcp: true });
  return () => server.stop();
});

async function open(options: Partial<PostgresOptions> = {}): Promise<PostgresDatabase> {
  const database = await openPostgres({ url: await server.newDatabaseUrl(), ...options });
  onTestFinished(() => database.close());
  return database;
}

/** Executes SQL as the superuser of the test server. */
async function execute(url: string, sql: string): Promise<void> {
  const pool = new Pool({ connectionString: url });
  try {
    await pool.query(sql);
  } finally {
    await pool.end();
  }
}

/** The URL of a new database over TCP, which requires TLS, and the file of the certificate. */
async function tcpUrl(parameters: string): Promise<string> {
  const url = await server.newDatabaseUrl();
  const { port, pathname } = new URL(url);
  await execute(
    url,
    `DO $$ BEGIN CREATE ROLE secured LOGIN PASSWORD 'hidden'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
     ALTER DATABASE ${pathname.slice(1)} OWNER TO secured`,
  );
  const ca = join(tempFolder(), 'ca.pem');
  writeFileSync(ca, testCertificate.certificate);
  return `postgres://secured:hidden@localhost:${port}${pathname}?${parameters.replace('CA', encodeURIComponent(ca))}`;
}

async function failure(url: string): Promise<string> {
  const error = await openPostgres({ url }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PostgresUnusable);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hidden');
  return (error as Error).message;
}

describe('a pool', () => {
  test('opens no more connections than it may', async () => {
    const { pool } = await open({ maxConnections: 3 });
    const pids = await Promise.all(
      Array.from({ length: 30 }, () =>
        pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid FROM pg_sleep(0.01)'),
      ),
    );
    expect(new Set(pids.map(({ rows }) => rows[0]?.pid)).size).toBe(3);
  });

  test('limits statements, locks and idle transactions', async () => {
    const { pool } = await open();
    const { rows } = await pool.query<Record<string, string>>(
      `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
        current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(rows).toEqual([{ statement: '5s', lock: '2s', idle: '5s' }]);
    expect(pool.options).toMatchObject({ max: 20, connectionTimeoutMillis: 2_000, query_timeout: 6_000 });
  });

  test('parses bigint as a number, and does not change how other pools parse it', async () => {
    const url = await server.newDatabaseUrl();
    const { pool } = await open({ url });
    const query = 'SELECT 9007199254740991::bigint AS big';
    expect((await pool.query(query)).rows).toEqual([{ big: 9_007_199_254_740_991 }]);
    const other = new Pool({ connectionString: url });
    onTestFinished(() => other.end());
    expect((await other.query(query)).rows).toEqual([{ big: '9007199254740991' }]);
  });

  test('reconnects without a restart after PostgreSQL was gone', async () => {
    const { pool } = await open();
    await pool.query('CREATE TABLE kept (value int)');
    await server.kill();
    await expect(pool.query('SELECT * FROM kept')).rejects.toThrow();
    await server.start();
    expect((await pool.query('SELECT * FROM kept')).rows).toEqual([]);
  });
});

describe('a pooler between the server and PostgreSQL', () => {
  /** As PgBouncer: another URL, and no timeouts in the connection. */
  async function pooled(): Promise<{ readonly url: string; readonly migrationUrl: string }> {
    const migrationUrl = await server.newDatabaseUrl();
    await execute(migrationUrl, 'DROP ROLE IF EXISTS pooled; CREATE ROLE pooled LOGIN');
    return { url: migrationUrl.replace('usher@', 'pooled@'), migrationUrl };
  }

  test('needs timeouts that are settings of its user', async () => {
    const urls = await pooled();
    const reason = await openPostgres(urls).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(reason).toMatch(/^DATABASE_URL leads to a pooler, so the timeouts have to be settings of its user. Run: /);
    const statements = reason.split('Run: ')[1] ?? '';
    expect(statements).toBe(
      "ALTER ROLE pooled SET statement_timeout = '5000ms'; ALTER ROLE pooled SET lock_timeout = '2000ms'; " +
        "ALTER ROLE pooled SET idle_in_transaction_session_timeout = '5000ms';",
    );
    await execute(urls.migrationUrl, statements);
    await open(urls);
  });

  test('is not used for migrations and notifications, so its user needs no right to create tables', async () => {
    const urls = await pooled();
    await execute(
      urls.migrationUrl,
      `ALTER ROLE pooled SET statement_timeout = '5s'; ALTER ROLE pooled SET lock_timeout = '2s';
       ALTER ROLE pooled SET idle_in_transaction_session_timeout = '5s'`,
    );
    const { pool, directPool } = await open(urls);
    const userOf = async (of: Pool): Promise<unknown> => (await of.query('SELECT current_user AS name')).rows[0];
    expect(await Promise.all([userOf(pool), userOf(directPool)])).toEqual([{ name: 'pooled' }, { name: 'usher' }]);
    const { rows } = await directPool.query(`SELECT tableowner FROM pg_tables WHERE tablename = 'sessions'`);
    expect(rows).toEqual([{ tableowner: 'usher' }]);
  });
});

describe('TLS', () => {
  test.each(['sslmode=verify-full&sslrootcert=CA', 'sslmode=no-verify'])('encrypts with %s', async (parameters) => {
    const { pool } = await open({ url: await tcpUrl(parameters) });
    const { rows } = await pool.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
  });

  test('reports a certificate that is not trusted or of another host, and a missing file', async () => {
    expect(await failure(await tcpUrl('sslmode=verify-full'))).toMatch(
      /certificate of PostgreSQL is not trusted: name/,
    );
    const url = await tcpUrl('sslmode=verify-full&sslrootcert=CA');
    expect(await failure(url.replace('localhost', '127.0.0.1'))).toMatch(/certificate .* is not valid for the host/);
    expect(await failure(await tcpUrl('sslmode=verify-full&sslrootcert=/nowhere/ca.pem'))).toMatch(
      /a file of DATABASE_URL does not exist: check sslrootcert/,
    );
  });

  test('reports a connection without TLS that pg_hba.conf rejects', async () => {
    expect(await failure(await tcpUrl('sslmode=disable'))).toMatch(/rejects the user .* check pg_hba.conf and TLS/);
  });
});

describe('opening the database', () => {
  test('migrates once when several nodes start at the same time', async () => {
    const url = await server.newDatabaseUrl();
    const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres({ url })));
    const applied = await databases[0]?.pool.query('SELECT name FROM usher.kysely_migration');
    expect(applied?.rows.map(({ name }) => name as string).sort()).toEqual(Object.keys(postgresMigrations).sort());
    await Promise.all(databases.map((database) => database.close()));
  });

  test('records the head of an existing audit log', async () => {
    const url = await server.newDatabaseUrl();
    const before = await openPostgres({ url });
    await before.pool.query(`
      DROP FUNCTION usher.move_audit_head CASCADE;
      DROP TABLE usher.audit_head;
      DELETE FROM usher.kysely_migration WHERE name = '0003-audit-head';
      INSERT INTO usher.audit VALUES (1, 0, 'admin', NULL, 'user.disable', 'bart', NULL, NULL, 'hash 1'),
        (2, 0, 'admin', NULL, 'user.enable', 'bart', NULL, NULL, 'hash 2')`);
    await before.close();
    const { kysely } = await open({ url });
    expect(await kysely.selectFrom('audit_head').selectAll().execute()).toEqual([{ id: 1, seq: 2, hash: 'hash 2' }]);
  });

  test('creates all tables in the schema usher, whatever the name of the database user', async () => {
    const url = await server.newDatabaseUrl();
    const { pool } = await open({ url });
    const tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'usher' ORDER BY table_name`;
    const expected = (await pool.query(tables)).rows;
    const otherUrl = await server.newDatabaseUrl();
    const database = new URL(otherUrl).pathname.slice(1);
    await pool.query(`CREATE ROLE app LOGIN; ALTER DATABASE ${database} OWNER TO app`);
    const other = await openPostgres({ url: otherUrl.replace('usher@', 'app@') });
    onTestFinished(() => other.close());
    expect((await other.pool.query(tables)).rows).toEqual(expected);
    expect(await new Users(other.kysely, Date.now).empty()).toBe(true);
  });

  test.each([
    ['not a url', /^invalid DATABASE_URL: must be a URL/],
    ['postgres://usher:hidden@127.0.0.1:1/usher', /refuses connections: check the host and port/],
    ['postgres://usher:hidden@no-such-host.invalid/usher', /host of DATABASE_URL is unknown/],
  ])('names the problem with %s, without the password', async (url, reason) => {
    const error = await openPostgres({ url }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PostgresUnusable);
    expect((error as Error).message).toMatch(reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hidden');
  });

  test('names a server that does not respond', async () => {
    const silent = createServer((socket) => {
      onTestFinished(() => {
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    expect(await failure(`postgres://usher:hidden@127.0.0.1:${port}/usher`)).toMatch(
      /^PostgreSQL does not respond: check/,
    );
  });

  test('names a wrong and a missing password', async () => {
    const url = await tcpUrl('sslmode=verify-full&sslrootcert=CA');
    expect(await failure(url.replace(':hidden@', ':wrong@'))).toBe('PostgreSQL rejects the password of DATABASE_URL');
    expect(await failure(url.replace(':hidden@', '@'))).toBe(
      'DATABASE_URL has no password, but PostgreSQL requires one',
    );
  });

  test('names a version that is too old', () => {
    expect(() => {
      requireVersion(130_018, '13.18');
    }).toThrow('PostgreSQL 13.18 is too old: version 14 or newer is required');
    requireVersion(140_000, '14.0');
  });

  test('names a database that does not exist, and a user without rights', async () => {
    const url = await server.newDatabaseUrl();
    await expect(openPostgres({ url: url.replace(/test_\d+/, 'missing') })).rejects.toThrow(
      /does not exist: create it/,
    );
    const database = await openPostgres({ url });
    await database.pool.query('CREATE ROLE guest LOGIN; REVOKE ALL ON SCHEMA usher FROM guest');
    await database.close();
    const guest = (await server.newDatabaseUrl()).replace('usher@', 'guest@');
    await expect(openPostgres({ url: guest })).rejects.toThrow(/lacks rights/);
  });
});
