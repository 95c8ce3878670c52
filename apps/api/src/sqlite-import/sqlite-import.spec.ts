import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PostgresServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp } from '../testing/new-app.ts';
import { oldDatabase } from '../testing/old-database.ts';
import { tempFolder } from '../testing/per-test.ts';
import { derivedTables, importedTables } from './sqlite-source.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

interface Run {
  readonly code: number | null;
  readonly output: string;
}

const program = ['--conditions=@usher/source', join(import.meta.dirname, 'main.ts')];

/** Runs the program as `npm run migrate:postgres` does. It is killed when its output matches `killAt`. */
async function run(args: readonly string[], killAt?: RegExp, env: Record<string, string> = {}): Promise<Run> {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [...program, ...args], {
    env: { NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (killAt?.test(output) === true) child.kill('SIGKILL');
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

function poolOn(url: string): Pool {
  const pool = new Pool({ connectionString: url });
  onTestFinished(() => pool.end());
  return pool;
}

async function countOf(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0]?.count ?? -1;
}

/** Runs the program, which waits before the message with a number, and kills it when its output matches. */
async function runAndKill(args: readonly string[], pool: Pool, number: number, killAt: RegExp): Promise<void> {
  const client = await pool.connect();
  await client.query(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.number = ${number} THEN PERFORM pg_advisory_xact_lock(42); END IF;
      RETURN NEW;
    END $$;
    CREATE FUNCTION prepare() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF to_regclass('usher.sqlite_import') IS NOT NULL THEN
        CREATE TRIGGER hold BEFORE INSERT ON usher.messages FOR EACH ROW EXECUTE FUNCTION hold();
      END IF;
    END $$;
    CREATE EVENT TRIGGER prepare ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION prepare();
    SELECT pg_advisory_lock(42)`);
  const { code } = await run(args, killAt);
  // On a very busy machine it ends by itself, when it has waited for too long.
  expect(code).not.toBe(0);
  await client.query('SELECT pg_advisory_unlock(42); DROP EVENT TRIGGER prepare');
  client.release();
}

/** The data directory of a server that was used and stopped, with a user who stays signed in. */
async function usedDataDir() {
  const app = await newApp();
  const { dataDir, call, connect } = app;
  await call('POST', '/api/users', { body: { user: 'milhouse', pwd: 'everything’s coming up' } });
  const browser = await new Browser(app).signIn('maggie');
  await call('POST', '/api/rooms', { token: browser.token, body: { room: 'plans', title: 'Plans', private: true } });
  await call('PUT', '/api/rooms/plans/members/bart', { token: browser.token });
  const socket = await connect('maggie', browser.token);
  for (const room of ['general', 'plans']) await socket.data('join', { room });
  const key = randomUUID();
  const send = (room: string, text: string, more: object = {}) =>
    socket.data('send', { room, key: randomUUID(), text, ...more });
  await send('plans', 'Crème brûlée for @bart', { key });
  await send('plans', 'a typo');
  await socket.data('edit', { room: 'plans', key: randomUUID(), text: 'a correction \\ "quoted"', edits: 2 });
  await send('general', 'to be deleted');
  await socket.data('delete', { room: 'general', key: randomUUID(), deletes: 1 });
  await send('general', '😀 hello');
  const bart = await new Browser(app).signIn('bart');
  const reader = await connect('bart', bart.token);
  await reader.data('join', { room: 'plans' });
  await reader.data('read', { room: 'plans', seq: 1 });
  await app.app.close();
  const secret = readFileSync(join(dataDir, 'jwt-secret'), 'utf8');
  return { dataDir, file: join(dataDir, 'usher.db'), browser, bart, key, secret };
}

/** Adds many messages to the room `general`. */
function fill(file: string, messages: number): void {
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${messages})
    INSERT INTO messages (room, seq, id, sender, key, text, at)
    SELECT 'general', (SELECT seq FROM rooms WHERE name = 'general') + n,
      printf('%08x-0000-4000-8000-%012x', n, n), 'lisa', printf('key %d', n), printf('message number %d', n), 1767225600000 + n
    FROM n;
    UPDATE rooms SET seq = seq + ${messages} WHERE name = 'general';`);
  sqlite.close();
}

test('a server continues on PostgreSQL with everything that SQLite contained', async () => {
  const { file, browser, bart, key, secret } = await usedDataDir();
  const url = await server.newDatabaseUrl();
  const { code, output } = await run(['--from', file, '--to', url]);
  expect(output).toMatch(/messages: verified 6 rows, checksum [0-9a-f]{32}\n/);
  expect([code, output.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/^Done\./)]);

  const app = await newApp({ DATABASE_URL: url, JWT_SECRET: secret });
  // The access token of before, an old password, and the refresh cookie of before.
  expect((await app.call('GET', '/api/me', { token: browser.token })).json).toMatchObject({ user: 'maggie' });
  await app.signIn('milhouse', 'everything’s coming up');
  const moved = new Browser(app);
  moved.cookie = browser.cookie;
  expect((await moved.refresh()).status).toBe(200);
  expect(moved.session).toBe(browser.session);

  const { json } = await app.call('GET', '/api/rooms/plans/messages', { token: moved.token });
  expect(json).toMatchObject({
    messages: [
      { seq: 1, from: 'maggie', text: 'Crème brûlée for @bart' },
      { seq: 2, text: 'a correction \\ "quoted"', edited: expect.any(Number) as unknown },
      { seq: 3, edits: 2 },
    ],
  });
  const general = await app.call('GET', '/api/rooms/general/messages', { token: moved.token });
  expect(general.json).toMatchObject({
    messages: [{ seq: 1, text: '', deleted: expect.any(Number) as unknown }, { deletes: 1 }, { text: '😀 hello' }],
  });
  const rooms = (await app.call('GET', '/api/rooms', { token: bart.token })).json?.['rooms'];
  expect(rooms).toContainEqual(expect.objectContaining({ room: 'plans', private: true, read: 1, unread: 1, seq: 3 }));
  const found = async (words: string) =>
    (await app.call('GET', `/api/search?q=${words}`, { token: moved.token })).json?.['messages'];
  expect(await found('creme%20bru')).toMatchObject([{ room: 'plans', seq: 1 }]);
  expect(await found('typo')).toEqual([]);

  // Sequence numbers, message numbers and keys continue.
  const socket = await app.connect('maggie', moved.token);
  await socket.data('join', { room: 'plans' });
  expect(await socket.data('send', { room: 'plans', key, text: 'again' })).toMatchObject({ seq: 1 });
  expect(await socket.data('send', { room: 'plans', key: randomUUID(), text: 'creme of the day' })).toMatchObject({
    seq: 4,
  });
  expect(await found('creme')).toMatchObject([{ seq: 4 }, { seq: 1 }]);
});

test('an import that was killed continues, and no server starts before it has finished', async () => {
  const { file } = await usedDataDir();
  fill(file, 20_000);
  const url = await server.newDatabaseUrl();
  const pool = poolOn(url);
  await runAndKill(['--from', file, '--to', url], pool, 10_000, /messages: [\d,]+ of 20,006 rows/);
  const copied = await countOf(pool, 'usher.messages');
  expect(copied).toBeGreaterThan(0);
  expect(copied).toBeLessThan(20_006);
  await expect(newApp({ DATABASE_URL: url, JWT_SECRET: 'x'.repeat(32) })).rejects.toThrow(
    /the import from SQLite has not finished: run npm run migrate:postgres again/,
  );
  const { code, output } = await run(['--from', file, '--to', url]);
  expect([code, output]).toEqual([0, expect.stringContaining('users: continuing after 5 of 5 rows')]);
  expect(output).toMatch(/messages: continuing after [\d,]+ of 20,006 rows/);
  expect(output).toMatch(/messages: verified 20,006 rows/);
  expect(await countOf(pool, 'usher.messages')).toBe(20_006);
  const { rows } = await pool.query(`SELECT nextval(pg_get_serial_sequence('usher.messages', 'number'))::int AS next`);
  expect(rows).toEqual([{ next: 20_007 }]);
});

test('imports every table of the embedded database, or derives it', async () => {
  const { file } = await usedDataDir();
  const sqlite = new DatabaseSync(file, { readOnly: true });
  const tables = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
  sqlite.close();
  const names = tables.map(({ name }) => String(name)).filter((name) => !derivedTables.test(name));
  expect(names.sort()).toEqual([...importedTables].sort());
});

test('copies the audit log as it is, also if entries are missing', async () => {
  const { file } = await usedDataDir();
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`
    INSERT INTO audit VALUES (1, 0, 'admin', NULL, 'user.disable', 'bart', NULL, NULL, 'hash 1'),
      (2, 0, 'admin', NULL, 'user.enable', 'bart', NULL, NULL, 'hash 2'),
      (3, 0, 'admin', NULL, 'user.disable', 'bart', NULL, NULL, 'hash 3');
    DROP TRIGGER audit_rejects_delete;
    DELETE FROM audit WHERE seq > 1`);
  sqlite.close();
  const url = await server.newDatabaseUrl();
  expect(await run(['--from', file, '--to', url])).toMatchObject({ code: 0 });
  const pool = poolOn(url);
  expect((await pool.query('SELECT seq::int FROM usher.audit')).rows).toEqual([{ seq: 1 }]);
  expect((await pool.query('SELECT seq::int, hash FROM usher.audit_head')).rows).toEqual([{ seq: 3, hash: 'hash 3' }]);
  await expect(pool.query('DELETE FROM usher.audit_head')).rejects.toThrow('the audit log is append-only');
});

test('replaces U+0000, which PostgreSQL cannot store', async () => {
  const { file } = await usedDataDir();
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`UPDATE messages SET text = 'a' || char(0) || 'b' WHERE room = 'plans' AND seq = 1`);
  sqlite.close();
  const url = await server.newDatabaseUrl();
  const { code, output } = await run(['--from', file, '--to', url]);
  expect([code, output]).toEqual([0, expect.stringContaining('texts had U+0000, which was replaced by U+FFFD')]);
  const { rows } = await poolOn(url).query(`SELECT text FROM usher.messages WHERE room = 'plans' AND seq = 1`);
  expect(rows).toEqual([{ text: 'a\uFFFDb' }]);
});

describe('the import does not begin', () => {
  const rejected = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
    const { code, output } = await run(args, undefined, env);
    expect(code).toBe(1);
    return output;
  };

  test('without arguments', async () => {
    expect(await rejected([])).toMatch(/^--from is missing.*\n\nUsage: npm run migrate:postgres/);
    expect(await rejected(['--from', 'x'])).toMatch(/^--to and DATABASE_URL are missing/);
    expect(await rejected(['--form', 'x'])).toMatch(/Unknown option '--form'/);
  });

  test('with a file that does not exist, or that is no database of Usher', async () => {
    const url = await server.newDatabaseUrl();
    const folder = tempFolder();
    expect(await rejected(['--from', join(folder, 'usher.db'), '--to', url])).toContain('usher.db does not exist');
    writeFileSync(join(folder, 'text'), 'not a database, but long enough to be read as one'.repeat(100));
    expect(await rejected(['--from', join(folder, 'text'), '--to', url])).toContain('is damaged');
    new DatabaseSync(join(folder, 'other.db')).exec('CREATE TABLE other (x)');
    expect(await rejected(['--from', join(folder, 'other.db'), '--to', url])).toContain('is not a database of Usher');
  });

  test('with a database of an older or a newer version', async () => {
    const url = await server.newDatabaseUrl();
    const folder = tempFolder();
    oldDatabase(folder, '');
    expect(await rejected(['--from', join(folder, 'usher.db'), '--to', url])).toContain('by an older version');
    const { file } = await usedDataDir();
    const sqlite = new DatabaseSync(file);
    sqlite.exec(`INSERT INTO kysely_migration VALUES ('9999-later', '2030-01-01T00:00:00.000Z')`);
    sqlite.close();
    expect(await rejected(['--from', file, '--to', url])).toContain('by a newer version');
  });

  test('while a server uses the database', async () => {
    const { dataDir } = await newApp();
    const output = await rejected(['--from', join(dataDir, 'usher.db'), '--to', await server.newDatabaseUrl()]);
    expect(output).toContain('is in use by a server: stop the server first');
  });

  test('into a database that has data, and does not change it', async () => {
    const { file } = await usedDataDir();
    const url = await server.newDatabaseUrl();
    await (await newApp({ DATABASE_URL: url, JWT_SECRET: 'x'.repeat(32) })).app.close();
    const pool = poolOn(url);
    const users = await countOf(pool, 'usher.users');
    expect(await rejected(['--from', file, '--to', url])).toContain('is not empty: the table usher.users has rows');
    expect(await countOf(pool, 'usher.users')).toBe(users);
  });

  test('with an unfinished import of another file, or while another import runs', async () => {
    const { file } = await usedDataDir();
    const other = await usedDataDir();
    const changed = new DatabaseSync(other.file);
    changed.exec('UPDATE users SET created_at = created_at - 1000');
    changed.close();
    const url = await server.newDatabaseUrl();
    const pool = poolOn(url);
    await runAndKill(['--from', file, '--to', url], pool, 1, /memberships: /);
    expect(await rejected(['--from', other.file, '--to', url])).toContain('an unfinished import of another file');
    const client = await pool.connect();
    await client.query('SELECT pg_advisory_lock(7697256, 2)');
    expect(await rejected(['--from', file, '--to', url])).toContain('another import into this PostgreSQL database is');
    client.release();
  });

  test('without PostgreSQL, and does not print the password', async () => {
    const { file } = await usedDataDir();
    const url = 'postgres://usher:hidden@127.0.0.1:1/usher';
    const output = await rejected(['--from', file, '--to', url]);
    expect(output).toBe('PostgreSQL refuses connections: check the host and port of --to, and that the server runs\n');
    const invalid = await rejected(['--from', file], { DATABASE_URL: 'postgres://usher:hidden@:x/' });
    expect(invalid).toMatch(/^invalid DATABASE_URL: must be a URL/);
    expect(output + invalid).not.toContain('hidden');
  });
});

test('reports a copy that differs, with the table', async () => {
  const { file } = await usedDataDir();
  const backup = join(tempFolder(), 'usher.db');
  copyFileSync(file, backup);
  const url = await server.newDatabaseUrl();
  await runAndKill(['--from', backup, '--to', url], poolOn(url), 1, /memberships: /);
  // A server has used the embedded database meanwhile.
  const sqlite = new DatabaseSync(backup);
  sqlite.exec(`UPDATE users SET disabled = 1 WHERE name = 'bart'`);
  sqlite.close();
  const { code, output } = await run(['--from', backup, '--to', url]);
  expect(code).toBe(1);
  expect(output).toMatch(/users: the copy differs: 5 rows with checksum .* import again into an empty database/);
});
