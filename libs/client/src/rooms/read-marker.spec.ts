import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import type { Unread } from './room-types.ts';

type Made = Awaited<ReturnType<typeof newRooms>>;

const reads = ({ server }: Made): unknown[] =>
  server.sockets.flatMap(({ received }) => received.flatMap(({ type, seq }) => (type === 'read' ? [seq] : [])));

function follow({ general: { room }, rooms }: Made) {
  const all: { now: Unread | undefined; emitted: unknown[] } = { now: undefined, emitted: [] };
  room.unread$.subscribe((unread) => (all.now = unread));
  rooms.unread$.subscribe((unread) => all.emitted.push(unread));
  return all;
}

describe('read()', () => {
  test('sends the read marker, and nothing for messages that are already read', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    for (const text of ['a', 'b', 'c']) made.server.send('general', 'bart', text);
    made.general.room.read(2);
    await settle();
    expect(reads(made)).toEqual([2]);
    expect(shown.now).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
    made.general.room.read(2);
    made.general.room.read(1);
    made.general.room.read(NaN);
    await settle();
    expect(reads(made)).toEqual([2]);
  });

  test('has one pending request, and the highest marker wins', async () => {
    const made = await joinedRooms();
    for (let n = 0; n < 9; n++) made.server.send('general', 'bart', 'x');
    for (let seq = 1; seq <= 9; seq++) made.general.room.read(seq);
    await settle();
    expect(reads(made)).toEqual([1, 9]);
  });

  test('sets the count to 0 at once, and a late event does not revert it', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    made.server.send('general', 'bart', 'hello @maggie');
    made.server.handle('read', () => undefined);
    made.general.room.read(1);
    expect(shown.now).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    made.server.last.emit({ type: 'unread', room: 'general', seq: 1, read: 0, count: 1, mentions: 1 });
    expect(shown.now).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    expect(shown.emitted).toHaveLength(2);
  });

  test('is sent after a reconnect until the server acknowledges it', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.send('general', 'bart', 'a');
    server.send('general', 'bart', 'b');
    const usual = server.handle('read', (_, socket) => {
      socket.end(1006);
      return undefined;
    });
    general.room.read(1);
    await settle();
    general.room.read(2);
    server.handle('read', usual);
    await settle(1_000);
    expect(reads(made)).toEqual([1, 2]);
    expect(theirs.read('maggie').read).toBe(2);
    made.socket.drop();
    await settle(1_000);
    expect(reads(made)).toEqual([1, 2]);
  });

  test('is retried after a server error, and dropped after a rejection', async () => {
    const made = await newRooms();
    const codes = ['rate_limited', 'not_found'];
    made.server.handle('read', () => {
      const code = codes.shift();
      if (code !== undefined) throw new FakeError(code, 300);
      return {};
    });
    made.general.room.read(1);
    await settle(299);
    expect(reads(made)).toEqual([1]);
    await settle(10_000);
    expect(reads(made)).toEqual([1, 1]);
    made.general.room.read(2);
    await settle();
    expect(reads(made)).toEqual([1, 1, 2]);
  });

  test('of one user is not sent for another', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    made.server.send('general', 'bart', 'a');
    made.server.page.emit('offline');
    made.general.room.read(1);
    made.server.user = 'lisa';
    made.server.page.emit('online');
    await settle();
    expect(reads(made)).toEqual([]);
    expect(shown.now).toBeUndefined();
  });
});

describe('unread counts', () => {
  test('are emitted for every room, and stored for rooms that were not requested yet', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    const { server } = made;
    server.room('random').enter('maggie');
    server.send('random', 'bart', 'hello @maggie');
    const unread = { seq: 1, read: 0, count: 1, mentions: 1 };
    expect(shown.emitted).toEqual([{ room: 'random', ...unread }]);
    let random: Unread | undefined;
    made.rooms.room('random').unread$.subscribe((now) => (random = now));
    expect(random).toEqual(unread);
  });

  test('are updated after a read on another device', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    for (const text of ['a', 'b']) made.server.send('general', 'bart', text);
    made.server.last.emit({ type: 'unread', room: 'general', seq: 2, read: 2, count: 0, mentions: 0 });
    expect(shown.now).toEqual({ seq: 2, read: 2, count: 0, mentions: 0 });
    made.general.room.read(2);
    await settle();
    expect(reads(made)).toEqual([]);
  });

  test('restart with a new epoch', async () => {
    const made = await joinedRooms();
    const shown = follow(made);
    made.server.send('general', 'bart', 'a');
    made.server.send('general', 'bart', 'b');
    made.general.room.read(2);
    await settle();
    made.theirs.restart();
    made.theirs.append('bart', 'new');
    made.server.last.end(1006);
    await settle(1_000);
    expect(shown.now).toBeUndefined();
    made.general.room.read(1);
    await settle();
    expect(reads(made)).toEqual([2, 1]);
  });
});

test('removed$ emits after the data of the room is deleted', async () => {
  const made = await joinedRooms();
  const { server, rooms, general } = made;
  server.send('general', 'bart', 'secret');
  server.page.emit('offline');
  server.page.emit('online');
  await settle();
  server.handle('send', () => undefined);
  const key = general.room.send('mine');
  await settle();
  let shown: unknown;
  rooms.removed$.subscribe(({ room, code }) => (shown = [room, code, general.words]));
  server.broadcast('general', { type: 'removed', room: 'general', code: 'not_found' });
  expect(shown).toEqual(['general', 'not_found', ['… mine']]);
  expect(general.messages).toMatchObject([{ key, status: 'failed', error: 'not_found' }]);
});
