import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { Sessions } from '../auth/sessions.ts';
import { SqliteSessionStatusReader } from '../auth/sqlite-session-status.ts';
import { oldDatabase } from '../testing/old-database.ts';
import { openRooms } from '../testing/open-rooms.ts';
import { tempFolder } from '../testing/per-test.ts';
import { openDatabase } from './sqlite.ts';

test('migrates a database of 0.1.0 and keeps its sessions for the maximum token lifetime', async () => {
  const folder = tempFolder();
  oldDatabase(
    folder,
    `
    DROP TABLE sessions;
    CREATE TABLE sessions (id varchar(32) PRIMARY KEY, user_name varchar(32) NOT NULL REFERENCES users (name) ON DELETE CASCADE,
      created_at bigint NOT NULL, last_seen_at bigint NOT NULL, ended_at bigint);
    ALTER TABLE users DROP COLUMN issuer;
    DELETE FROM kysely_migration WHERE name > '0002';
    INSERT INTO users (name, password_hash, roles, disabled, created_at) VALUES ('maggie', '', '["admin"]', 0, 0);
    INSERT INTO sessions VALUES ('good', 'maggie', 1000, 1000, NULL), ('over', 'maggie', 1000, 1000, 2000);`,
  );
  const { kysely, sqlite, close } = await openDatabase(folder);
  const statuses = new SqliteSessionStatusReader(sqlite);
  const lifetime = { idleMs: 1e12, absoluteMs: 1e12 };
  const at = (now: number) => new Sessions(kysely, { ...lifetime, maxPerUser: 10, statuses, now: () => now });
  expect(await at(3_000).validate('good', 'maggie')).toEqual({
    state: 'good',
    user: 'maggie',
    roles: ['admin'],
    ends: 86_401_000,
  });
  expect(await at(3_000).validate('over', 'maggie')).toEqual({ state: 'session_ended', cause: 'signed_out' });
  expect(await at(86_401_000).validate('good', 'maggie')).toEqual({ state: 'session_ended', cause: 'expired' });
  close();
});

/** Data of a version without memberships: two demo rooms, one room of a user, and messages in all of them. */
const rooms0003 = `
  INSERT INTO users VALUES ('maggie', '', '[]', 0, 0, NULL), ('bart', '', '[]', 0, 0, NULL), ('admin', '', '["admin"]', 0, 0, NULL);
  INSERT INTO rooms VALUES ('general', 'General', 0, 'epoch one', 2, 'admin', 1000),
    ('random', 'Random', 0, 'epoch two', 0, 'admin', 1000),
    ('plans', 'Plans', 0, 'epoch three', 1, 'maggie', 2000), ('my-cellar', 'Cellar', 1, 'epoch four', 1, 'maggie', 3000);
  INSERT INTO messages VALUES ('general', 1, 'id 1', 'maggie', 'key 1', 'The first Crème', 5000),
    ('plans', 1, 'id 2', 'bart', 'key 2', 'a plan @maggie', 6000),
    ('general', 2, 'id 3', 'bart', 'key 3', 'The second creme', 7000),
    ('my-cellar', 1, 'id 4', 'maggie', 'key 4', 'psst, creme', 6500);`;

test('keeps existing messages, which can be found and changed', async () => {
  const folder = tempFolder();
  oldDatabase(folder, rooms0003);
  const { history, search } = await openRooms({ folder });
  expect(await history.read('general', { limit: 10 })).toEqual({
    epoch: 'epoch one',
    seq: 2,
    messages: [
      { room: 'general', seq: 1, id: 'id 1', from: 'maggie', text: 'The first Crème', at: 5000 },
      { room: 'general', seq: 2, id: 'id 3', from: 'bart', text: 'The second creme', at: 7000 },
    ],
    more: false,
  });
  expect(await history.append('general', { user: 'maggie', key: 'key 1', text: 'again' })).toMatchObject({
    duplicate: true,
    message: { seq: 1 },
  });
  const found = async (words: string) =>
    (await search.find({ user: 'maggie', words, rooms: ['general', 'my-cellar', 'plans'], limit: 10 })).messages.map(
      ({ id }) => id,
    );
  expect(await found('creme')).toEqual(['id 3', 'id 4', 'id 1']);
  await history.append('general', { user: 'maggie', key: 'key 5', deletes: 1 });
  expect(await found('creme')).toEqual(['id 3', 'id 4']);
});

test('makes the creators and senders members of existing rooms, with all messages read', async () => {
  const folder = tempFolder();
  oldDatabase(folder, rooms0003);
  const { rooms, memberships, list, createUser } = await openRooms({ folder });
  expect(await rooms.members('general')).toEqual(['admin', 'bart', 'maggie']);
  expect(await rooms.members('random')).toEqual(['admin', 'bart', 'maggie']);
  expect(await rooms.members('plans')).toEqual(['bart', 'maggie']);
  expect(await rooms.members('my-cellar')).toEqual(['maggie']);
  const { rooms: listed } = list({ user: 'maggie' });
  expect(listed.map(({ room, seq, at, unread, mentions, read }) => [room, seq, at, unread, mentions, read])).toEqual([
    ['my-cellar', 1, 6500, 0, 0, 1],
    ['general', 2, 7000, 0, 0, 2],
    ['plans', 1, 6000, 0, 0, 1],
    ['random', 0, 1000, 0, 0, 0],
  ]);
  await createUser('lisa');
  expect((await memberships.roomsOf('lisa')).toSorted()).toEqual(['general', 'random']);
});

test('assigns a shared title to the oldest public room and marks possible demo passwords as unknown', async () => {
  const folder = tempFolder();
  oldDatabase(
    folder,
    `INSERT INTO users VALUES ('maggie', 'a hash', '[]', 0, 0, NULL), ('ada', 'a hash', '[]', 0, 0, NULL),
      ('bart', '', '[]', 0, 0, 'https://id.example');
    INSERT INTO rooms VALUES ('one', 'General', 0, 'e1', 0, 'ada', 2000), ('two', 'GENERAL ', 0, 'e2', 0, 'ada', 1000),
      ('three', 'General', 1, 'e3', 0, 'ada', 500), ('four', 'Plans', 0, 'e4', 0, 'ada', 3000);`,
  );
  const { kysely, close } = await openDatabase(folder);
  expect(await kysely.selectFrom('rooms').select(['name', 'title_key']).orderBy('name').execute()).toEqual([
    { name: 'four', title_key: 'plans' },
    { name: 'one', title_key: null },
    { name: 'three', title_key: null },
    { name: 'two', title_key: 'general' },
  ]);
  expect(await kysely.selectFrom('users').select(['name', 'demo_password']).orderBy('name').execute()).toEqual([
    { name: 'ada', demo_password: 0 },
    { name: 'bart', demo_password: 0 },
    { name: 'maggie', demo_password: null },
  ]);
  close();
});

test('records the head of an existing audit log', async () => {
  const folder = tempFolder();
  (await openDatabase(folder)).close();
  const before = new DatabaseSync(join(folder, 'usher.db'));
  before.exec(`
    DROP TRIGGER audit_moves_head;
    DROP TABLE audit_head;
    DELETE FROM kysely_migration WHERE name = '0009-audit-head';
    INSERT INTO audit VALUES (1, 0, 'admin', NULL, 'user.disable', 'bart', NULL, NULL, 'hash 1'),
      (2, 0, 'admin', NULL, 'user.enable', 'bart', NULL, NULL, 'hash 2');`);
  before.close();
  const { kysely, close } = await openDatabase(folder);
  expect(await kysely.selectFrom('audit_head').selectAll().execute()).toEqual([{ id: 1, seq: 2, hash: 'hash 2' }]);
  close();
});

test('does not change the database if a migration fails', async () => {
  const folder = tempFolder();
  // The migration fails in the middle, because a name that it creates already exists.
  oldDatabase(folder, `${rooms0003} CREATE TABLE mentions (wrong integer);`);
  await expect(openDatabase(folder)).rejects.toThrow('the database could not be migrated');
  const left = new DatabaseSync(join(folder, 'usher.db'));
  onTestFinished(() => {
    left.close();
  });
  const names = left.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
  expect(names.map(({ name }) => name)).toEqual([
    ...['kysely_migration', 'kysely_migration_lock', 'mentions', 'messages', 'rooms', 'sessions', 'users'],
  ]);
  expect(left.prepare('SELECT count(*) AS count FROM messages').get()).toEqual({ count: 4 });
  expect(left.prepare('SELECT max(name) AS name FROM kysely_migration').get()).toEqual({
    name: '0003-people-of-a-provider',
  });
});
