import { roomsSchema } from '@usher/chat-api/server';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { expect, onTestFinished, test } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';
import { searchContract } from '../testing/search-contract.ts';
import { RoomReader } from './room-reader.ts';
import { BadRoomCursor } from './room-list.ts';

const log = pino({ level: 'silent' });

async function open() {
  const rooms = await openRooms();
  const reader = new RoomReader(rooms.database.file, { log, threads: 1 });
  onTestFinished(() => reader.close());
  return { ...rooms, reader };
}

test('finds every message that was acknowledged before the call', async () => {
  const { reader, history, memberships, createRoom } = await open();
  await createRoom('one');
  await memberships.add('one', 'bart');
  for (let seq = 1; seq <= 5; seq++) {
    await history.append('one', { user: 'maggie', key: crypto.randomUUID(), text: `needle ${seq}` });
    expect((await reader.find({ user: 'bart', words: 'needle', limit: 10 })).messages).toHaveLength(seq);
    const json = new TextDecoder().decode(await reader.list({ user: 'bart', admin: false, limit: 10 }));
    const page: unknown = JSON.parse(json);
    expect(Value.Check(roomsSchema, page)).toBe(true);
    expect(page).toMatchObject({ rooms: [{ room: 'one', seq, unread: seq }] });
  }
});

test('reports invalid queries across the thread boundary', async () => {
  const { reader, createRoom } = await open();
  await createRoom('one');
  await expect(reader.list({ user: 'bart', admin: false, limit: 1, cursor: 'no' })).rejects.toThrow(BadRoomCursor);
  const words = Array.from({ length: 17 }, (_, index) => `w${index}`).join(' ');
  await expect(reader.find({ user: 'bart', words, rooms: ['one'], limit: 1 })).rejects.toMatchObject({
    fault: 'too_many_words',
  });
});

searchContract('the search on a worker thread', async () => {
  const { reader, history, createRoom } = await open();
  return { search: reader, history, createRoom };
});
