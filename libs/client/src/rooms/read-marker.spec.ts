import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import type { Unread } from './room-types.ts';

type Setup = Awaited<ReturnType<typeof newRooms>>;

const reads = ({ server }: Setup): unknown[] =>
  server.sockets.flatMap(({ received }) => received.flatMap(({ type, seq }) => (type === 'read' ? [seq] : [])));

function observe({ general: { room }, rooms }: Setup) {
  const all: { now: Unread | undefined; emitted: unknown[] } = { now: undefined, emitted: [] };
  room.unread$.subscribe((unread) => (all.now = unread));
  rooms.unread$.subscribe((unread) => all.emitted.push(unread));
  return all;
}

describe('read()', () => {
  test('sends the read marker, and nothing for messages that are already read', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    for (const text of ['a', 'b', 'c']) setup.server.send('general', 'bart', text);
    setup.general.room.read(2);
    await settle();
    expect(reads(setup)).toEqual([2]);
    expect(observed.now).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
    setup.general.room.read(2);
    setup.general.room.read(1);
    setup.general.room.read(NaN);
    await settle();
    expect(reads(setup)).toEqual([2]);
  });

  test('has one pending request, and the highest marker wins', async () => {
    const setup = await joinedRooms();
    for (let n = 0; n < 9; n++) setup.server.send('general', 'bart', 'x');
    for (let seq = 1; seq <= 9; seq++) setup.general.room.read(seq);
    await settle();
    expect(reads(setup)).toEqual([1, 9]);
  });

  test('sets the count to 0 at once, and a late event does not revert it', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    setup.server.send('general', 'bart', 'hello @maggie');
    setup.server.handle('read', () => undefined);
    setup.general.room.read(1);
    expect(observed.now).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    setup.server.last.emit({ type: 'unread', room: 'general', seq: 1, read: 0, count: 1, mentions: 1 });
    expect(observed.now).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    expect(observed.emitted).toHaveLength(2);
  });

  test('is sent after a reconnect until the server acknowledges it', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.send('general', 'bart', 'a');
    server.send('general', 'bart', 'b');
    const defaultHandler = server.handle('read', (_, socket) => {
      socket.end(1006);
      return undefined;
    });
    general.room.read(1);
    await settle();
    general.room.read(2);
    server.handle('read', defaultHandler);
    await settle(1_000);
    expect(reads(setup)).toEqual([1, 2]);
    expect(serverRoom.read('maggie').read).toBe(2);
    setup.socket.drop();
    await settle(1_000);
    expect(reads(setup)).toEqual([1, 2]);
  });

  test('is retried after a server error, and dropped after a rejection', async () => {
    const setup = await newRooms();
    const codes = ['rate_limited', 'not_found'];
    setup.server.handle('read', () => {
      const code = codes.shift();
      if (code !== undefined) throw new FakeError(code, 300);
      return {};
    });
    setup.general.room.read(1);
    await settle(299);
    expect(reads(setup)).toEqual([1]);
    await settle(10_000);
    expect(reads(setup)).toEqual([1, 1]);
    setup.general.room.read(2);
    await settle();
    expect(reads(setup)).toEqual([1, 1, 2]);
  });

  test('of one user is not sent for another', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    setup.server.send('general', 'bart', 'a');
    setup.server.page.emit('offline');
    setup.general.room.read(1);
    setup.server.user = 'lisa';
    setup.server.page.emit('online');
    await settle();
    expect(reads(setup)).toEqual([]);
    expect(observed.now).toBeUndefined();
  });
});

describe('unread counts', () => {
  test('are emitted for every room, and stored for rooms that were not requested yet', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    const { server } = setup;
    server.room('random').enter('maggie');
    server.send('random', 'bart', 'hello @maggie');
    const unread = { seq: 1, read: 0, count: 1, mentions: 1 };
    expect(observed.emitted).toEqual([{ room: 'random', ...unread }]);
    let random: Unread | undefined;
    setup.rooms.room('random').unread$.subscribe((now) => (random = now));
    expect(random).toEqual(unread);
  });

  test('are updated after a read on another device', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    for (const text of ['a', 'b']) setup.server.send('general', 'bart', text);
    setup.server.last.emit({ type: 'unread', room: 'general', seq: 2, read: 2, count: 0, mentions: 0 });
    expect(observed.now).toEqual({ seq: 2, read: 2, count: 0, mentions: 0 });
    setup.general.room.read(2);
    await settle();
    expect(reads(setup)).toEqual([]);
  });

  test('restart with a new epoch', async () => {
    const setup = await joinedRooms();
    const observed = observe(setup);
    setup.server.send('general', 'bart', 'a');
    setup.server.send('general', 'bart', 'b');
    setup.general.room.read(2);
    await settle();
    setup.serverRoom.restart();
    setup.serverRoom.append('bart', 'new');
    setup.server.last.end(1006);
    await settle(1_000);
    expect(observed.now).toBeUndefined();
    setup.general.room.read(1);
    await settle();
    expect(reads(setup)).toEqual([2, 1]);
  });
});

test('removed$ emits after the data of the room is deleted', async () => {
  const setup = await joinedRooms();
  const { server, rooms, general } = setup;
  server.send('general', 'bart', 'secret');
  server.page.emit('offline');
  server.page.emit('online');
  await settle();
  server.handle('send', () => undefined);
  const key = general.room.send('mine');
  await settle();
  let observed: unknown;
  rooms.removed$.subscribe(({ room, code }) => (observed = [room, code, general.texts]));
  server.broadcast('general', { type: 'removed', room: 'general', code: 'not_found' });
  expect(observed).toEqual(['general', 'not_found', ['… mine']]);
  expect(general.messages).toMatchObject([{ key, status: 'failed', error: 'not_found' }]);
});
