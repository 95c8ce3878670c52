import { StatementSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The SQL of everything that is asked of the database while `work` goes on. */
async function asked(work: () => Promise<unknown>): Promise<readonly string[]> {
  const spies = (['all', 'get', 'run', 'iterate'] as const).map((method) => vi.spyOn(StatementSync.prototype, method));
  await work();
  const statements = spies.flatMap(({ mock }) => mock.contexts as readonly StatementSync[]);
  return [...new Set(statements.map(({ sourceSQL }) => sourceSQL))];
}

/** A room of 100,000 messages, and people who have not read them. */
async function longRoom() {
  const opened = await openRooms();
  const { database, rooms, createUser, createRoom } = opened;
  for (const user of ['maggie', 'bart']) await createUser(user);
  await createRoom('long');
  await rooms.add({ room: 'private', title: 'Private', private: true, createdBy: 'maggie' });
  await opened.marks.enter('long', 'maggie');
  database.sqlite.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
    INSERT INTO messages (room, seq, id, sender, key, text, at)
      SELECT 'long', n, 'id ' || n, 'bart', 'key ' || n, 'a text of the message ' || n, n FROM numbers;
    INSERT INTO message_texts (rowid, room, text) SELECT number, lower(hex(room)), text FROM messages;
    UPDATE rooms SET seq = 100000 WHERE name = 'long';`);
  return opened;
}

test('in a room of 100,000 messages nothing is asked that looks at more than it has to', async () => {
  const { database, history, marks, rooms, search, list } = await longRoom();
  const by = (user: string) => ({ user, key: randomUUID() });
  const statements = await asked(async () => {
    // Joins, recoveries and pages.
    expect((await history.read('long', { limit: 50 })).messages).toHaveLength(50);
    expect((await history.read('long', { after: 99_990, limit: 200, bytes: 1e6 })).messages).toHaveLength(10);
    expect((await history.read('long', { before: 500, limit: 200 })).messages).toHaveLength(200);
    // What is said and changed, with mentions.
    await history.append('long', { ...by('bart'), text: 'look, @maggie' });
    await history.append('long', { ...by('bart'), text: 'look again, @maggie', edits: 500 });
    await history.append('long', { ...by('bart'), deletes: 500 });
    // What is unread.
    expect((await marks.unread('long', ['maggie'])).get('maggie')).toMatchObject({ count: 1_000, mentions: 1 });
    const { rooms: listed } = list({ user: 'maggie' });
    expect(listed.find(({ room }) => room === 'long')).toMatchObject({ unread: 1_000 });
    expect(list({ user: 'the one who made it', admin: true }).rooms).toHaveLength(2);
    expect(await marks.read('long', 'maggie', 99_000)).toMatchObject({ read: 99_000, count: 1_000 });
    expect(await marks.read('long', 'bart', 99_000)).toMatchObject({ read: 99_000, count: 0 });
    // Who is in, and who may.
    await marks.enter('long', 'bart');
    expect(await marks.roomsOf('bart')).toEqual(['long']);
    expect(await rooms.members('long')).toEqual(['bart', 'maggie', 'the one who made it']);
    expect(await rooms.accessTo({ user: 'bart', roles: [] }, 'private')).toBeUndefined();
    await marks.leave('long', 'bart');
    // What is looked for.
    const found = await search.find({ user: 'maggie', words: 'message 99', limit: 20 });
    expect(found.messages).toHaveLength(20);
    await search.find({ user: 'maggie', words: 'message 99', rooms: ['long'], limit: 20, before: String(found.next) });
  });
  expect(statements.length).toBeGreaterThan(20);
  for (const statement of statements) {
    const plan = database.sqlite.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
    for (const { detail } of plan) {
      // An index of words is always "scanned"; M says that it is by what has to match.
      if (/^SCAN message_texts VIRTUAL TABLE INDEX \d+:.*M/.test(String(detail))) continue;
      // What a subquery gave, which has a limit.
      if (/^SCAN (\(subquery-\d+\)|own)$/.test(String(detail))) continue;
      expect(String(detail), statement).not.toMatch(/^SCAN (?!CONSTANT ROW)/);
      // Only lists of own rooms may be sorted, neither messages nor pages of other rooms.
      if (/messages (?!WHERE messages)|_by_title/.test(statement))
        expect(String(detail), statement).not.toContain('TEMP B-TREE');
    }
  }
});

test('what is counted as unread reads an index and no message', async () => {
  const { database, marks } = await longRoom();
  const statements = await asked(() => marks.unread('long', ['maggie']));
  const counting = statements.find((statement) => statement.includes('count(*)')) ?? '';
  const plan = database.sqlite
    .prepare(`EXPLAIN QUERY PLAN ${counting}`)
    .all()
    .map(({ detail }) => String(detail));
  expect(plan).toContainEqual(expect.stringMatching(/SEARCH messages USING COVERING INDEX messages_that_count/));
  expect(plan).toContainEqual(expect.stringMatching(/SEARCH mentions USING COVERING INDEX/));
});

test('somebody who says a lot and reads nothing is counted for at a bounded cost', async () => {
  const { database, marks } = await longRoom();
  database.sqlite.exec(`UPDATE messages SET sender = 'maggie' WHERE seq > 50 AND seq <= 90000`);
  expect((await marks.unread('long', ['maggie'])).get('maggie')).toMatchObject({ count: 1_000 });
  database.sqlite.exec(`UPDATE messages SET sender = 'maggie' WHERE seq > 89995 AND seq <= 99995`);
  // Five of others among the newest 10,000; no further back does anybody look.
  expect((await marks.unread('long', ['maggie'])).get('maggie')).toMatchObject({ count: 5 });
});
