import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { sessionStatusContract } from '../testing/session-status-contract.ts';
import { SqliteSessionStatusReader } from './session-status.ts';

async function open() {
  const { kysely: db, sqlite, close } = await openDatabase(tempFolder());
  onTestFinished(close);
  return { db, sqlite, reader: new SqliteSessionStatusReader(sqlite) };
}

sessionStatusContract('SqliteSessionStatusReader', open);

test('rejects if SQLite cannot be read', async () => {
  const { sqlite, reader } = await open();
  sqlite.exec('ALTER TABLE sessions RENAME TO gone');
  await expect(reader.lookUp('one', 'maggie')).rejects.toThrow('no such table');
  await expect(reader.lookUpMany([{ session: 'one', user: 'maggie' }])).rejects.toThrow('no such table');
});
