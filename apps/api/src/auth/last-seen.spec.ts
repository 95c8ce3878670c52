import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { Users } from '../users/users.ts';
import { LastSeen } from './last-seen.ts';
import { Sessions } from './sessions.ts';
import { SqliteSessionStatusReader } from './sqlite-session-status.ts';

const start = 1_700_000_000_000;
const client = { address: undefined, userAgent: undefined };

async function open() {
  const { kysely: db, sqlite, close } = await openDatabase(tempFolder());
  onTestFinished(close);
  const now = () => start;
  await new Users(db, now).add({ name: 'maggie', passwordHash: '', roles: [] });
  const statuses = new SqliteSessionStatusReader(sqlite);
  const sessions = new Sessions(db, { idleMs: 3_600_000, absoluteMs: 86_400_000, maxPerUser: 5_000, statuses, now });
  const begin = async () => (await sessions.start('maggie', client)).session;
  const seenAt = async (session: string) => (await statuses.lookUp(session, 'maggie'))?.last_seen_at;
  return { db, sqlite, begin, seenAt };
}

test('stores the last use of many sessions with few statements', async () => {
  const { db, sqlite, begin, seenAt } = await open();
  const sessions: string[] = [];
  for (let n = 0; n < 1_200; n++) sessions.push(await begin());
  const lastSeen = new LastSeen(db);
  for (const session of sessions) lastSeen.record(session, start + 5);
  let statements = 0;
  sqlite.function('counted', () => {
    statements++;
    return null;
  });
  sqlite.exec('CREATE TEMP TRIGGER count_updates AFTER UPDATE ON main.sessions BEGIN SELECT counted(); END');
  await lastSeen.flush();
  expect(statements).toBe(1_200);
  for (const session of [sessions[0], sessions[1_199]]) expect(await seenAt(session ?? '')).toBe(start + 5);
  await lastSeen.flush();
  expect(statements).toBe(1_200);
});

test('writes after a while without a call', async () => {
  const { db, begin, seenAt } = await open();
  const session = await begin();
  const lastSeen = new LastSeen(db, { flushMs: 1 });
  lastSeen.record(session, start + 5);
  await vi.waitFor(async () => {
    expect(await seenAt(session)).toBe(start + 5);
  });
  expect(lastSeen.unwritten(session)).toBeUndefined();
});

test('keeps a use that could not be written for the next batch, and logs the error', async () => {
  const { db, sqlite, begin, seenAt } = await open();
  const session = await begin();
  const warnings: unknown[] = [];
  const lastSeen = new LastSeen(db, { flushMs: 1, log: { warn: (fields: unknown) => warnings.push(fields) } });
  sqlite.exec(`CREATE TEMP TRIGGER fail BEFORE UPDATE ON main.sessions BEGIN SELECT RAISE(ABORT, 'full'); END`);
  lastSeen.record(session, start + 5);
  await vi.waitFor(() => {
    expect(warnings).toMatchObject([{ err: { message: 'full' } }]);
  });
  expect(lastSeen.unwritten(session)).toBe(start + 5);
  sqlite.exec('DROP TRIGGER fail');
  await lastSeen.flush();
  expect(await seenAt(session)).toBe(start + 5);
});

test('never moves the last use back', async () => {
  const { db, begin, seenAt } = await open();
  const session = await begin();
  const lastSeen = new LastSeen(db);
  lastSeen.record(session, start - 5);
  await lastSeen.flush();
  expect(await seenAt(session)).toBe(start);
});
