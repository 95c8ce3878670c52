import { StatementSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The SQL statements that are executed while `work` runs. */
async function asked(work: () => Promise<unknown>): Promise<readonly string[]> {
  const spies = (['all', 'get', 'run', 'iterate'] as const).map((method) => vi.spyOn(StatementSync.prototype, method));
  await work();
  const statements = spies.flatMap(({ mock }) => mock.contexts as readonly StatementSync[]);
  return [...new Set(statements.map(({ sourceSQL }) => sourceSQL))];
}

/** A room with 100,000 messages and members who have not read them. */
async function longRoom() {
  const opened = await openRooms();
  const { database, rooms, createUser, createRoom } = opened;
  for (const user of ['maggie', 'bart']) await createUser(user);
  await createRoom('long');
  await rooms.add({ room: 'private', title: 'Private', private: true, createdBy: 'maggie' });
  await opened.memberships.add('long', 'maggie');
  database.sqlite.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
    INSERT INTO messages (room, seq, id, sender, key, text, at)
      SELECT 'long', n, 'id ' || n, 'bart', 'key ' || n, 'a text of the message ' || n, n FROM numbers;
    INSERT INTO message_texts (rowid, room, text) SELECT number, lower(hex(room)), text FROM messages;
    UPDATE rooms SET seq = 100000 WHERE name = 'long';`);
  return opened;
}

test('no query in a room of 100,000 messages scans a table or sorts messages', async () => {
  const { database, history, memberships, readMarkers, rooms, search, list } = await longRoom();
  const by = (user: string) => ({ user, key: randomUUID() });
  const statements = await asked(async () => {
    // Joins, recoveries and pages.
    expect((await history.read('long', { limit: 50 })).messages).toHaveLength(50);
    expect((await history.read('long', { after: 99_990, limit: 200, bytes: 1e6 })).messages).toHaveLength(10);
    expect((await history.read('long', { before: 500, limit: 200 })).messages).toHaveLength(200);
    // Messages, edits and deletions with mentions.
    await history.append('long', { ...by('bart'), text: 'look, @maggie' });
    await history.append('long', { ...by('bart'), text: 'look again, @maggie', edits: 500 });
    await history.append('long', { ...by('bart'), deletes: 500 });
    // Unread counts.
    expect((await readMarkers.unread([{ room: 'long', user: 'maggie' }]))[0]).toMatchObject({
      count: 1_000,
      mentions: 1,
    });
    const { rooms: listed } = list({ user: 'maggie' });
    expect(listed.find(({ room }) => room === 'long')).toMatchObject({ unread: 1_000 });
    expect(list({ user: 'the one who made it', admin: true }).rooms).toHaveLength(2);
    expect(await readMarkers.advance('long', 'maggie', 99_000)).toMatchObject({ read: 99_000, count: 1_000 });
    expect(await readMarkers.advance('long', 'bart', 99_000)).toMatchObject({ read: 99_000, count: 0 });
    // Members and access.
    await memberships.add('long', 'bart');
    expect(await memberships.roomsOf('bart')).toEqual(['long']);
    expect(await rooms.members('long')).toEqual(['bart', 'maggie', 'the one who made it']);
    expect(await rooms.accessTo({ user: 'bart', roles: [] }, 'private')).toBeUndefined();
    await memberships.remove('long', 'bart');
    // Search.
    const found = await search.find({ user: 'maggie', words: 'message 99', limit: 20 });
    expect(found.messages).toHaveLength(20);
    await search.find({ user: 'maggie', words: 'message 99', rooms: ['long'], limit: 20, before: String(found.next) });
  });
  expect(statements.length).toBeGreaterThan(20);
  for (const statement of statements) {
    const plan = database.sqlite.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
    for (const { detail } of plan) {
      // Full-text queries are always "SCAN". M means that the match restricts it.
      if (/^SCAN message_texts VIRTUAL TABLE INDEX \d+:.*M/.test(String(detail))) continue;
      // The pairs of one call, not a table of the database.
      if (String(detail).startsWith('SCAN pairs VIRTUAL TABLE')) continue;
      // The result of a subquery with a limit.
      if (/^SCAN (\(subquery-\d+\)|own)$/.test(String(detail))) continue;
      expect(String(detail), statement).not.toMatch(/^SCAN (?!CONSTANT ROW)/);
      // Only the list of own rooms is sorted, not messages or pages of other rooms.
      if (/messages (?!WHERE messages)|_by_title/.test(statement))
        expect(String(detail), statement).not.toContain('TEMP B-TREE');
    }
  }
});

test('unread counts read only an index', async () => {
  const { database, readMarkers } = await longRoom();
  const statements = await asked(() => readMarkers.unread([{ room: 'long', user: 'maggie' }]));
  const counting = statements.find((statement) => statement.includes('count(*)')) ?? '';
  const plan = database.sqlite
    .prepare(`EXPLAIN QUERY PLAN ${counting}`)
    .all()
    .map(({ detail }) => String(detail));
  expect(plan).toContainEqual(expect.stringMatching(/SEARCH messages USING COVERING INDEX messages_that_count/));
  expect(plan).toContainEqual(expect.stringMatching(/SEARCH mentions USING COVERING INDEX/));
});

test('unread counts have a bounded cost for a user who sends many messages and reads none', async () => {
  const { database, readMarkers } = await longRoom();
  database.sqlite.exec(`UPDATE messages SET sender = 'maggie' WHERE seq > 50 AND seq <= 90000`);
  expect((await readMarkers.unread([{ room: 'long', user: 'maggie' }]))[0]).toMatchObject({ count: 1_000 });
  database.sqlite.exec(`UPDATE messages SET sender = 'maggie' WHERE seq > 89995 AND seq <= 99995`);
  // Five messages of others among the newest 10,000. Older messages are not scanned.
  expect((await readMarkers.unread([{ room: 'long', user: 'maggie' }]))[0]).toMatchObject({ count: 5 });
});
