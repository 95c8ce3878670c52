import { expect, test } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';
import { searchContract } from '../testing/search-contract.ts';
import { createSqliteSearch } from './search.ts';

searchContract('the search in SQLite', openRooms);

test('the search in SQLite finds messages that are far apart, in order', async () => {
  const { database, history, createRoom } = await openRooms();
  await createRoom('one');
  for (let seq = 1; seq <= 30; seq++) {
    const text = seq % 7 === 1 ? `needle ${seq}` : 'hay';
    await history.append('one', { user: 'maggie', key: crypto.randomUUID(), text });
  }
  const find = createSqliteSearch(database.sqlite, 2);
  const query = { user: 'maggie', words: 'needle', rooms: ['one'] };
  const first = find({ ...query, limit: 3 });
  expect(first.messages.map(({ seq }) => seq)).toEqual([29, 22, 15]);
  const rest = find({ ...query, limit: 3, before: String(first.next) });
  expect(rest.messages.map(({ seq }) => seq)).toEqual([8, 1]);
  expect(rest.next).toBeUndefined();
});

test('the search in SQLite defaults to the rooms of the user', async () => {
  const { database, history, memberships, createRoom } = await openRooms();
  for (const room of ['one', 'two']) {
    await createRoom(room);
    await history.append(room, { user: 'maggie', key: crypto.randomUUID(), text: 'needle' });
  }
  await memberships.add('two', 'bart');
  const find = createSqliteSearch(database.sqlite);
  const rooms = (query: object) =>
    find({ user: 'bart', words: 'needle', limit: 9, ...query }).messages.map(({ room }) => room);
  expect(rooms({})).toEqual(['two']);
  expect(rooms({ rooms: ['one'] })).toEqual(['one']);
});
