import { randomUUID } from 'node:crypto';
import { PostgresHistory, PostgresMemberships } from '@usher/realtime/postgres';
import { historyContract, membershipsContract, readMarkersContract } from '@usher/realtime/testing';
import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { addRoom } from '../database/new-room.ts';
import { BadRoomCursor } from '../rooms/room-list.ts';
import { searchContract } from '../testing/search-contract.ts';
import { sessionStatusContract } from '../testing/session-status-contract.ts';
import { Users } from '../users/users.ts';
import { openPostgres, PostgresUnusable } from './postgres-database.ts';
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

test('a database user of any name that owns the database can migrate it', async () => {
  const url = new URL(await server.newDatabaseUrl());
  const { pool } = await open(url.href);
  await pool.query('DROP SCHEMA usher CASCADE');
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

describe('opening the database', () => {
  test('migrates once when several nodes start at the same time', async () => {
    const url = await server.newDatabaseUrl();
    const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres({ url })));
    const applied = await databases[0]?.pool.query('SELECT name FROM usher.kysely_migration');
    expect(applied?.rows).toHaveLength(1);
    await Promise.all(databases.map((database) => database.close()));
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

  test('reconnects without a restart after PostgreSQL was gone', async () => {
    const { users, createUser } = await open();
    await createUser('bart');
    await server.kill();
    await expect(users.find('bart')).rejects.toThrow();
    await server.start();
    expect(await users.find('bart')).toMatchObject({ name: 'bart' });
  });
});
