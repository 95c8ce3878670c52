import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/per-test.ts';
import { DatabaseDamaged } from './integrity.ts';
import { openDatabase } from './sqlite.ts';

/** A log with a function that waits for a line. */
function logged() {
  const lines: string[] = [];
  let wake = Promise.withResolvers<undefined>();
  const keep = (_fields: object, message: string): void => {
    lines.push(message);
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  };
  async function line(part: string): Promise<string> {
    for (;;) {
      const found = lines.find((each) => each.includes(part));
      if (found !== undefined) return found;
      await wake.promise;
    }
  }
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, line };
}

/** A directory with a database whose middle is overwritten. */
async function damagedFolder(): Promise<string> {
  const folder = tempFolder();
  const { sqlite, file, close } = await openDatabase(folder);
  sqlite.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
    INSERT INTO users (name, password_hash, roles, disabled, created_at)
      SELECT 'user-' || n, hex(randomblob(100)), '[]', 0, 0 FROM numbers;`);
  close();
  const handle = openSync(file, 'r+');
  const middle = Math.floor(statSync(file).size / 2 / 4_096) * 4_096;
  writeSync(handle, Buffer.alloc(40_960, 0x55), 0, 40_960, middle);
  closeSync(handle);
  return folder;
}

test('does not open a damaged database, and the error names the fix', async () => {
  const opening = openDatabase(await damagedFolder());
  await expect(opening).rejects.toThrow(DatabaseDamaged);
  await expect(opening).rejects.toThrow(/usher\.db is damaged .*restore a backup or recover the file/);
});

test('exits with code 1 and one line that names the fix for a damaged database', async () => {
  const program = ['--conditions=@usher/source', join(import.meta.dirname, '../main.ts')];
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, PORT: '0', DATA_DIR: await damagedFolder() };
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(child.exitCode).toBe(1);
  expect(said).toMatch(/^DATA_DIR: .*usher\.db is damaged [^\n]*\n$/);
});

test('does not open or change a file that is not a database', async () => {
  const folder = tempFolder();
  const file = join(folder, 'usher.db');
  writeFileSync(file, 'this is no database '.repeat(100));
  const before = readFileSync(file);
  await expect(openDatabase(folder)).rejects.toThrow(DatabaseDamaged);
  expect(readFileSync(file)).toEqual(before);
});

test('detects a large damaged database in the background and then rejects writes', async () => {
  const { log, line } = logged();
  const { kysely, health, close } = await openDatabase(await damagedFolder(), { log, checkedAtStartBytes: 0 });
  onTestFinished(close);
  expect(await line('the database is damaged')).toContain('restore a backup');
  expect(health.fault).toBe('damaged');
  const values = { name: 'maggie', password_hash: '', roles: '[]', disabled: 0, created_at: 1 };
  await expect(kysely.insertInto('users').values(values).execute()).rejects.toMatchObject({ code: 'internal' });
});

test('checks a large intact database in the background', async () => {
  const folder = tempFolder();
  (await openDatabase(folder)).close();
  const { log, line } = logged();
  const { health, close } = await openDatabase(folder, { log, checkedAtStartBytes: 0 });
  onTestFinished(close);
  expect(await line('the database is intact')).toBeDefined();
  expect(health.fault).toBeUndefined();
});
