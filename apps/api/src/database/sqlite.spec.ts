import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/per-test.ts';
import { DataDirInUse, DataDirUnusable } from './data-dir.ts';
import { DatabaseDamaged } from './integrity.ts';
import { type Database, databaseFile, openDatabase } from './sqlite.ts';

async function open(folder = tempFolder()): Promise<Database> {
  const database = await openDatabase(folder);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const user = {
  name: 'maggie',
  password_hash: 'x',
  roles: '[]',
  disabled: 0,
  created_at: 1,
  issuer: null,
  demo_password: 0,
};

describe('the embedded database', () => {
  test('uses a write-ahead log, full synchronization and foreign keys', async () => {
    const { sqlite, kysely } = await open();
    expect(sqlite.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(sqlite.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    const orphan = {
      id: 's',
      user_name: 'unknown',
      created_at: 1,
      last_seen_at: 1,
      expires_at: 2,
      refresh_recent: '[]',
    };
    await expect(kysely.insertInto('sessions').values(orphan).execute()).rejects.toThrow('FOREIGN KEY');
  });

  test('creates its directory for the owner only', async () => {
    const folder = join(tempFolder(), 'deep', 'down');
    await open(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('keeps its data when it is opened again and migrates once', async () => {
    const folder = tempFolder();
    const first = await open(folder);
    await first.kysely.insertInto('users').values(user).execute();
    first.close();
    const second = await open(folder);
    expect(await second.kysely.selectFrom('users').selectAll().execute()).toEqual([user]);
  });

  test('supports rows, counts and RETURNING in the query builder', async () => {
    const { kysely } = await open();
    const made = await kysely.insertInto('users').values(user).returning('name').execute();
    expect(made).toEqual([{ name: 'maggie' }]);
    const changed = await kysely.updateTable('users').set({ disabled: 1 }).executeTakeFirst();
    expect(changed.numUpdatedRows).toBe(1n);
    await expect(sql`SELECT ${{ an: 'object' }}`.execute(kysely)).rejects.toThrow(TypeError);
  });

  test('rolls back a failed transaction', async () => {
    const { kysely } = await open();
    const failing = kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('users').values(user).execute();
      throw new Error('rolled back on purpose');
    });
    await expect(failing).rejects.toThrow('rolled back on purpose');
    expect(await kysely.selectFrom('users').selectAll().execute()).toEqual([]);
  });

  test('locks the directory for one server and releases it on close', async () => {
    const folder = tempFolder();
    const first = await open(folder);
    await expect(openDatabase(folder)).rejects.toThrow(DataDirInUse);
    first.close();
    await expect(open(folder)).resolves.toBeDefined();
  });

  test.each([
    ['below a file', (folder: string) => join(folder, 'file', 'data')],
    ['that is a file', (folder: string) => join(folder, 'file')],
    ['whose database is a directory', (folder: string) => join(folder, 'directory')],
    ['that the system does not create although its parent exists', () => '/proc/usher-data'],
  ])('rejects a directory %s in one line that names DATA_DIR', async (_name, dataDir) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'directory', databaseFile), { recursive: true });
    const error: unknown = await openDatabase(dataDir(folder)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataDirUnusable);
    expect(String(error)).toMatch(/^DataDirUnusable: DATA_DIR: cannot use "[^\n]+"[^\n]+$/);
  });

  test('rejects a directory whose database is not an SQLite file in one line that names DATA_DIR', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, databaseFile), 'This text is no SQLite database. '.repeat(100));
    const error: unknown = await openDatabase(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseDamaged);
    expect(String(error)).toMatch(/^DatabaseDamaged: DATA_DIR: [^\n]+ is damaged [^\n]+$/);
  });

  test('creates missing parent directories for the owner only', async () => {
    const folder = join(tempFolder(), 'a', 'b', 'c');
    await open(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, '..')).mode & 0o777).toBe(0o700);
  });
});
