import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { joinedRooms, writesOf } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import type { Unsent } from './room-types.ts';

describe('an edit of an unsent message', () => {
  test('changes a waiting message in place', async () => {
    const setup = await joinedRooms();
    setup.server.page.emit('offline');
    const key = setup.general.room.send('helo');
    expect(setup.general.room.edit(key, 'hello')).toBe(key);
    expect(setup.general.messages).toMatchObject([{ key, text: 'hello', status: 'waiting' }]);
    setup.server.page.emit('online');
    await settle();
    expect(writesOf(setup)).toEqual([`send ${key} hello`]);
  });

  test('changes a failed message in place and sends it again', async () => {
    const setup = await joinedRooms();
    const { server, general } = setup;
    const defaultHandler = server.handle('send', (frame, socket) => {
      if (frame['text'] === 'bad') throw new FakeError('too_long');
      return defaultHandler(frame, socket);
    });
    const key = general.room.send('bad');
    await settle();
    expect(general.room.edit(key, 'good')).toBe(key);
    await settle();
    expect(general.messages).toMatchObject([{ key, seq: 1, text: 'good', status: 'sent' }]);
  });

  test('waits for the sequence number of a message that is being sent, and is shown meanwhile', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    let replies = false;
    const defaultHandler = server.handle('send', (frame, socket) =>
      replies ? defaultHandler(frame, socket) : undefined,
    );
    const own = general.room.send('helo');
    await settle();
    const key = general.room.edit(own, 'hello');
    expect(key).not.toBe(own);
    expect(general.messages).toMatchObject([{ key: own, text: 'hello', status: 'sending' }]);
    replies = true;
    server.last.end(1006);
    await settle(1_000);
    expect(writesOf(setup)).toEqual([`send ${own} helo`, `send ${own} helo`, `edit ${key} 1 hello`]);
    expect(serverRoom.messages[0]).toMatchObject({ text: 'hello', edited: 1_002 });
    expect(general.messages).toMatchObject([{ key: own, seq: 1, text: 'hello', edited: 1_002, status: 'sent' }]);
    expect(general.lists.slice(-8).every((list) => list.length === 1)).toBe(true);
  });

  test('waits for a failed message that may have been stored, without blocking later messages', async () => {
    const setup = await joinedRooms();
    const { server, general } = setup;
    server.heartbeatMs = 1_000_000;
    setup.socket.drop();
    await settle(1_000);
    const defaultHandler = server.handle('send', (frame, socket) => {
      if (frame['key'] === own) throw new FakeError('internal');
      return defaultHandler(frame, socket);
    });
    const own = general.room.send('helo');
    await settle();
    const key = general.room.edit(own, 'hello');
    await settle(60_000);
    expect(general.messages).toMatchObject([{ key: own, text: 'hello', status: 'failed', error: 'internal' }]);
    general.room.send('later');
    await settle();
    expect(general.messages).toMatchObject([{ seq: 1, text: 'later' }, { status: 'failed' }]);
    server.handle('send', defaultHandler);
    general.room.retry(own);
    await settle();
    expect(writesOf(setup).at(-1)).toBe(`edit ${key} 2 hello`);
    expect(general.texts).toEqual(['1 later', '2 hello']);
  });

  test('throws if no message has the key', async () => {
    const { general } = await joinedRooms();
    expect(() => general.room.edit('nothing', 'x')).toThrow(RangeError);
  });
});

describe('unsent entries', () => {
  test('can be restored after a reload, and are stored once', async () => {
    const { server, rooms, general, serverRoom } = await joinedRooms();
    const { room } = general;
    let unsent: readonly Unsent[] = [];
    room.unsent$.subscribe((all) => (unsent = all));
    server.send('general', 'maggie', 'a');
    const defaultHandler = server.handle('send', (frame, socket) => {
      defaultHandler(frame, socket);
      return undefined;
    });
    const own = room.send('b');
    await settle();
    const ofOwn = room.edit(own, 'b2');
    const ofFirst = room.edit(1, 'a2');
    const left = [
      { key: own, text: 'b' },
      { key: ofOwn, text: 'b2', of: own },
      { key: ofFirst, text: 'a2', of: 1 },
    ];
    expect(unsent).toEqual(left);
    rooms.clear();
    expect(unsent).toEqual([]);
    server.handle('send', defaultHandler);
    room.send('b', own);
    room.edit(own, 'b2', ofOwn);
    room.edit(1, 'a2', ofFirst);
    expect(unsent).toEqual(left);
    room.open();
    await settle();
    expect(general.texts).toEqual(['1 a2', '2 b2']);
    expect(serverRoom.messages).toHaveLength(4);
    expect(unsent).toEqual([]);
  });
});
