import { randomUUID } from 'node:crypto';
import { PostgresHistory, PostgresMemberships } from '@usher/realtime/postgres';
import { historyContract, membershipsContract, readMarkersContract } from '@usher/realtime/testing';
import { PostgresServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { addRoom } from '../database/new-room.ts';
import { BadRoomCursor } from '../rooms/room-list.ts';
import { Sessions } from '../auth/sessions.ts';
import { searchContract } from '../testing/search-contract.ts';
import { sessionStatusContract } from '../testing/session-status-contract.ts';
import { Users } from '../users/users.ts';
import { openPostgres } from './postgres-database.ts';
import { PostgresRoomAccessReader, PostgresRoomList } from './postgres-rooms.ts';
import { PostgresSearch, searchableWords } from './postgres-search.ts';
import { PostgresSessionStatusReader } from './postgres-sessions.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

async function open(url?: string) {
  const database = await openPostgres({ url: url ?? (await server.newDatabaseUrl()) });
  onTestFinished(() => database.close());
  const { pool, kysely } = database;
  const memberships = new PostgresMemberships(pool);
  const users = new Users(kysely, Date.now);
  const limits = { perUser: 1_000, perUserAndHour: 1_000 };
  const rooms = new RoomDirectory(kysely, {
    access: new PostgresRoomAccessReader(pool),
    limits,
    now: Date.now,
  });
  return {
    ...{ pool, kysely, memberships, users, rooms, readMarkers: memberships, list: new PostgresRoomList(pool) },
    history: new PostgresHistory({ pool, wordsOf: searchableWords }),
    search: new PostgresSearch(pool),
    createRoom: async (room: string) => {
      await addRoom(kysely, { room, title: room, private: false, createdBy: 'the creator' }, Date.now());
    },
    createUser: async (user: string) => {
      await users.add({ name: user, passwordHash: '', roles: [] });
    },
  };
}

historyContract('the history in the database of the app', () => open());
searchContract('PostgresSearch', () => open());
sessionStatusContract('PostgresSessionStatusReader', async () => {
  const { pool, kysely: db } = await open();
  return { db, reader: new PostgresSessionStatusReader(pool) };
});

test('reads the sessions of one turn with one statement, and rejects each of them if it fails', async () => {
  const { pool, kysely, createUser } = await open();
  const users = ['maggie', 'bart', 'lisa'];
  const times = { idleMs: 3_600_000, absoluteMs: 3_600_000, maxPerUser: 10 };
  const reader = new PostgresSessionStatusReader(pool);
  const sessions = new Sessions(kysely, { ...times, statuses: reader, now: Date.now });
  const started: string[] = [];
  for (const user of users) {
    await createUser(user);
    started.push((await sessions.start(user, { address: undefined, userAgent: undefined })).session);
  }
  const query = vi.spyOn(pool, 'query');
  const states = async () =>
    Promise.all(users.map(async (user, index) => (await sessions.validate(started[index] ?? '', user)).state));
  expect(await states()).toEqual(['good', 'good', 'good']);
  expect(query).toHaveBeenCalledOnce();
  await sessions.end(started.slice(0, 1), 'signed_out');
  expect(await states()).toEqual(['session_ended', 'good', 'good']);
  query.mockRejectedValueOnce(new Error('the connection was lost'));
  const settled = await Promise.allSettled(users.map((user, index) => reader.lookUp(started[index] ?? '', user)));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('a database user of any name that owns the database can migrate it', async () => {
  const url = new URL(await server.newDatabaseUrl());
  // The pool of another database: this one must not be migrated by the administrator.
  const { pool } = await open();
  await pool.query('CREATE ROLE owner LOGIN');
  await pool.query(`ALTER DATABASE ${url.pathname.slice(1)} OWNER TO owner`);
  url.username = 'owner';
  expect((await (await open(url.href)).list.page({ user: 'maggie', admin: false, limit: 1 })).rooms).toEqual([]);
});

const twoNodes = async () => {
  const url = await server.newDatabaseUrl();
  const [here, there] = [await open(url), await open(url)];
  const interrupt = async () => {
    await server.kill();
    return () => server.start();
  };
  return { here, there, createRoom: here.createRoom, createUser: here.createUser, interrupt };
};
membershipsContract('memberships in the database of the app', twoNodes);
readMarkersContract('read markers in the database of the app', twoNodes);

describe('the room list', () => {
  test('has the own rooms with unread counts first, then pages of others', async () => {
    const { list, createRoom, createUser, memberships, history } = await open();
    for (const user of ['bart', 'maggie']) await createUser(user);
    for (const room of ['one', 'two', 'three', 'four']) await createRoom(room);
    await memberships.add('two', 'bart');
    await history.append('two', { user: 'maggie', key: randomUUID(), text: 'hello @bart' });
    const query = { user: 'bart', admin: false, limit: 2 };
    const first = await list.page(query);
    expect(first.rooms.map(({ room, unread, mentions, isMember }) => [room, unread, mentions, isMember])).toEqual([
      ['two', 1, 1, true],
      ['four', 0, 0, false],
      ['one', 0, 0, false],
    ]);
    expect(await list.page({ ...query, cursor: String(first.next) })).toMatchObject({ rooms: [{ room: 'three' }] });
    await expect(list.page({ ...query, cursor: 'elsewhere' })).rejects.toThrow(BadRoomCursor);
  });

  test('shows private rooms to members and admins only', async () => {
    const { list, rooms } = await open();
    await rooms.add({ room: 'cellar', title: 'Cellar', private: true, createdBy: 'maggie' });
    const namesFor = async (user: string, admin = false) =>
      (await list.page({ user, admin, limit: 10 })).rooms.map(({ room }) => room);
    expect(await namesFor('maggie')).toEqual(['cellar']);
    expect(await namesFor('bart')).toEqual([]);
    expect(await namesFor('bart', true)).toEqual(['cellar']);
    expect(await rooms.accessTo({ user: 'bart', roles: [] }, 'cellar')).toBeUndefined();
    expect(await rooms.accessTo({ user: 'maggie', roles: [] }, 'cellar')).toMatchObject({ canManage: true });
  });
});

test('a new user is a member of the rooms of everyone, from their end', async () => {
  const { kysely, createUser, memberships, readMarkers, history } = await open();
  await createUser('admin');
  const general = { room: 'general', title: 'General', private: false, createdBy: 'admin', everyone: true };
  await addRoom(kysely, general, Date.now());
  await history.append('general', { user: 'admin', key: randomUUID(), text: 'before' });
  await createUser('bart');
  expect(await memberships.roomsOf('bart')).toEqual(['general']);
  expect(await readMarkers.unread([{ room: 'general', user: 'bart' }])).toMatchObject([{ seq: 1, read: 1, count: 0 }]);
});

/** Executes a statement without a timeout. */
async function fill(url: string, statement: string): Promise<void> {
  const pool = new Pool({ connectionString: url });
  try {
    await pool.query(statement);
  } finally {
    await pool.end();
  }
}

test('a search in these rooms uses one index for the rooms and the words', async () => {
  const url = await server.newDatabaseUrl();
  const { pool, search } = await open(url);
  await fill(
    url,
    `INSERT INTO usher.rooms (name, title, private, epoch, seq, created_by, created_at, last_at)
     SELECT 'room-' || n, 'Room ' || n, 0, 'epoch', 0, 'bart', 0, 0 FROM generate_series(1, 200) n`,
  );
  await fill(
    url,
    `INSERT INTO usher.messages (room, seq, sender, key, text, at, words)
     SELECT 'room-' || r, n, 'bart', n::text, repeat('text ', 20), n, array_to_tsvector(ARRAY['common', 'rare' || n % 100])
     FROM generate_series(1, 400) n, generate_series(1, 200) r`,
  );
  await fill(url, 'VACUUM ANALYZE usher.messages');
  const query = vi.spyOn(pool, 'query');
  const found = await search.find({ user: 'bart', words: 'rare77 common', rooms: ['room-1'], limit: 2 });
  expect(found.messages.map(({ seq }) => seq)).toEqual([377, 277]);
  const [text, values] = query.mock.lastCall as unknown as [string, unknown[]];
  const plan = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  const steps = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(steps).toMatch(/Bitmap Index Scan on messages_by_words.*\n +Index Cond: \(\(room = ANY .* AND \(words @@ /);
  expect(steps).not.toContain('Seq Scan');
});

test('the unread messages and mentions of 200 members are counted with one query, which reads indexes only', async () => {
  const url = await server.newDatabaseUrl();
  const { pool, memberships, createRoom } = await open(url);
  await createRoom('one');
  await fill(
    url,
    `INSERT INTO usher.memberships (room, user_name, read_seq, joined_at) SELECT 'one', 'user ' || n, n, 0 FROM generate_series(1, 200) n`,
  );
  await fill(
    url,
    `INSERT INTO usher.messages (room, seq, sender, key, text, at) SELECT 'one', n, 'bart', n::text, 'text', n FROM generate_series(1, 20000) n`,
  );
  await fill(
    url,
    `INSERT INTO usher.mentions (room, seq, user_name) SELECT 'one', n, 'user ' || n % 200 FROM generate_series(1, 20000) n`,
  );
  await fill(url, `UPDATE usher.rooms SET seq = 20000`);
  await fill(url, 'VACUUM ANALYZE');
  const query = vi.spyOn(pool, 'query');
  const pairs = Array.from({ length: 200 }, (_, index) => ({ room: 'one', user: `user ${index + 1}` }));
  const unread = await memberships.unread(pairs);
  expect(query).toHaveBeenCalledTimes(1);
  expect(unread).toHaveLength(200);
  expect(unread[99]).toEqual({ seq: 20_000, read: 100, count: 1_000, mentions: 99 });
  const { text, values } = query.mock.lastCall?.[0] as unknown as { readonly text: string; readonly values: unknown[] };
  const plan = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  const steps = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(steps).toMatch(/Index Only Scan Backward using messages_that_count on messages/);
  expect(steps).toMatch(/Index Only Scan using mentions_pkey on mentions/);
});
