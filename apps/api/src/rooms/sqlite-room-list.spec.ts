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

test('a list has what is unread in each of the user’s own rooms', async () => {
  const { history, marks, list } = await open();
  for (const room of ['one', 'two']) await marks.enter(room, 'bart');
  await history.append('one', by('maggie', '@bart'));
  await history.append('two', by('bart', 'mine'));
  await history.append('three', by('maggie', 'elsewhere'));
  const shown = list({ user: 'bart' }).rooms.map(({ room, seq, read, unread, mentions, mine }) => {
    return [room, seq, read, unread, mentions, mine];
  });
  expect(shown).toEqual([
    ['one', 1, 0, 1, 1, true],
    ['two', 1, 0, 0, 0, true],
    ['three', 1, 1, 0, 0, false],
  ]);
});

test('pages have every other room once, whatever is joined in between', async () => {
  const { list, marks } = await open();
  const first = list({ user: 'bart', limit: 1 });
  expect(first).toMatchObject({ rooms: [{ room: 'one', mine: false }], next: 'one' });
  await marks.enter('one', 'bart');
  const second = list({ user: 'bart', limit: 1, cursor: String(first.next) });
  expect(second).toMatchObject({ rooms: [{ room: 'three' }], next: 'three' });
  const third = list({ user: 'bart', limit: 1, cursor: String(second.next) });
  expect(third).toMatchObject({ rooms: [{ room: 'two' }] });
  expect(third).not.toHaveProperty('next');
});

test('private rooms are listed for members and admins only', async () => {
  const { names } = await open();
  expect(names({ user: 'bart' })).toEqual(['one', 'three', 'two']);
  expect(names({ user: 'maggie' })).toEqual(['cellar', 'one', 'three', 'two']);
  expect(names({ user: 'lisa', admin: true })).toEqual(['cellar', 'one', 'three', 'two']);
});

test('a private room as a cursor is answered like a room that does not exist', async () => {
  const { list } = await open();
  for (const cursor of ['cellar', 'nowhere']) {
    expect(() => list({ user: 'bart', cursor })).toThrow(BadRoomCursor);
  }
  expect(list({ user: 'maggie', cursor: 'cellar' }).rooms).toHaveLength(3);
});
