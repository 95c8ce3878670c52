import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';
import { BadRoomCursor } from './room-list.ts';

const by = (user: string, text: string) => ({ user, key: randomUUID(), text });

async function open() {
  const opened = await openRooms();
  for (const user of ['maggie', 'bart', 'lisa']) await opened.createUser(user);
  for (const room of ['one', 'two', 'three']) await opened.createRoom(room);
  await opened.rooms.add({ room: 'cellar', title: 'Cellar', private: true, createdBy: 'maggie' });
  const names = (query: Parameters<typeof opened.list>[0]) => opened.list(query).rooms.map(({ room }) => room);
  return { ...opened, names };
}

test('returns unread counts for each own room', async () => {
  const { history, memberships, list } = await open();
  for (const room of ['one', 'two']) await memberships.add(room, 'bart');
  await history.append('one', by('maggie', '@bart'));
  await history.append('two', by('bart', 'mine'));
  await history.append('three', by('maggie', 'elsewhere'));
  const shown = list({ user: 'bart' }).rooms.map(({ room, seq, read, unread, mentions, isMember }) => {
    return [room, seq, read, unread, mentions, isMember];
  });
  expect(shown).toEqual([
    ['one', 1, 0, 1, 1, true],
    ['two', 1, 0, 0, 0, true],
    ['three', 1, 1, 0, 0, false],
  ]);
});

test('returns every other room once, even if rooms are joined between pages', async () => {
  const { list, memberships } = await open();
  const first = list({ user: 'bart', limit: 1 });
  expect(first).toMatchObject({ rooms: [{ room: 'one', isMember: false }], next: 'one' });
  await memberships.add('one', 'bart');
  const second = list({ user: 'bart', limit: 1, cursor: String(first.next) });
  expect(second).toMatchObject({ rooms: [{ room: 'three' }], next: 'three' });
  const third = list({ user: 'bart', limit: 1, cursor: String(second.next) });
  expect(third).toMatchObject({ rooms: [{ room: 'two' }] });
  expect(third).not.toHaveProperty('next');
});

test('lists private rooms for members and admins only', async () => {
  const { names } = await open();
  expect(names({ user: 'bart' })).toEqual(['one', 'three', 'two']);
  expect(names({ user: 'maggie' })).toEqual(['cellar', 'one', 'three', 'two']);
  expect(names({ user: 'lisa', admin: true })).toEqual(['cellar', 'one', 'three', 'two']);
});

test('responds to a private room as a cursor like to a room that does not exist', async () => {
  const { list } = await open();
  for (const cursor of ['cellar', 'nowhere']) {
    expect(() => list({ user: 'bart', cursor })).toThrow(BadRoomCursor);
  }
  expect(list({ user: 'maggie', cursor: 'cellar' }).rooms).toHaveLength(3);
});
