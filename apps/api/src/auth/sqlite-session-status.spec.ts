import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { sessionStatusContract } from '../testing/session-status-contract.ts';
import { Users } from '../users/users.ts';
import { Sessions } from './sessions.ts';
import { SqliteSessionStatusReader } from './sqlite-session-status.ts';

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

describe('the cache of session rows', () => {
  const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000, maxPerUser: 10 };

  async function openWithSession() {
    const opened = await open();
    const { db, reader } = opened;
    const now = () => 1_700_000_000_000;
    const users = new Users(db, now);
    await users.add({ name: 'maggie', passwordHash: '', roles: [] });
    const sessions = new Sessions(db, { ...lifetime, statuses: reader, now });
    const { session } = await sessions.start('maggie', { address: undefined, userAgent: undefined });
    const lookUp = () => reader.lookUp(session, 'maggie');
    // The first lookup fills the cache.
    expect(await lookUp()).toMatchObject({ ended_at: null, disabled: 0 });
    return { ...opened, users, sessions, session, lookUp };
  }

  test('finds a status without reading the database', async () => {
    const { reader, session, lookUp, sqlite } = await openWithSession();
    sqlite.exec('DROP TRIGGER usher_sessions_UPDATE; ALTER TABLE sessions RENAME TO gone');
    expect(await lookUp()).toMatchObject({ name: 'maggie' });
    await expect(reader.lookUp(session, 'bart')).rejects.toThrow('no such table');
  });

  test('never returns the status of another user', async () => {
    const { reader, session } = await openWithSession();
    expect(await reader.lookUp(session, 'bart')).toBeUndefined();
  });

  test('removes the row of a session that ends, before the promise of the end resolves', async () => {
    const { sessions, session, lookUp } = await openWithSession();
    await sessions.end([session], 'operator');
    expect(await lookUp()).toMatchObject({ ended_cause: 'operator' });
  });

  test('removes the rows of a user whose account changes', async () => {
    const { users, lookUp } = await openWithSession();
    await users.setDisabled('maggie', true);
    expect(await lookUp()).toMatchObject({ disabled: 1 });
  });

  test.each([
    ['an update', `UPDATE sessions SET expires_at = 1`, { expires_at: 1 }],
    ['a change of roles', `UPDATE users SET roles = '["admin"]'`, { roles: ['admin'] }],
    ['a deletion', `DELETE FROM sessions`, undefined],
    ['a replacement', `INSERT OR REPLACE INTO sessions SELECT * FROM sessions`, { name: 'maggie' }],
  ])('notices %s by any statement of this process', async (_name, statement, expected) => {
    const { sqlite, lookUp } = await openWithSession();
    sqlite.exec(statement);
    if (expected === undefined) expect(await lookUp()).toBeUndefined();
    else expect(await lookUp()).toMatchObject(expected);
  });

  test('does not keep what a rolled back transaction wrote', async () => {
    const { sqlite, lookUp } = await openWithSession();
    sqlite.exec(`BEGIN; UPDATE sessions SET ended_at = 1, ended_cause = 'operator'`);
    expect(await lookUp()).toMatchObject({ ended_at: 1 });
    sqlite.exec('ROLLBACK');
    expect(await lookUp()).toMatchObject({ ended_at: null });
  });
});
