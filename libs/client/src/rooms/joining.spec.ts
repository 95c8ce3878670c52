import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms, newRooms, watch } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

function fill(room: { append(from: string, text: string): unknown }, count: number): void {
  for (let n = 0; n < count; n++) room.append('bart', `m${n}`);
}

describe('a room', () => {
  test('sends no request before it is opened', async () => {
    const { server, general } = await newRooms();
    expect(general.state).toEqual({ name: 'waiting' });
    expect(general.messages).toEqual([]);
    expect(server.last.received).toEqual([]);
  });

  test('is the same object for the same name', async () => {
    const { rooms } = await newRooms();
    expect(rooms.room('general')).toBe(rooms.room('general'));
    expect(rooms.room('general')).not.toBe(rooms.room('random'));
  });

  test('shows the last messages and then the live ones', async () => {
    const { server, general, serverRoom } = await newRooms();
    fill(serverRoom, 60);
    general.room.open();
    expect(general.state.name).toBe('joining');
    await settle();
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'fresh', present: [{ user: 'maggie' }] });
    expect(general.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 11));
    server.send('general', 'bart', 'hello');
    expect(general.messages.at(-1)).toEqual({
      seq: 61,
      id: 'epoch 1/61',
      from: 'bart',
      text: 'hello',
      at: 1_061,
      status: 'sent',
    });
  });

  test('keeps messages that arrive between the join reply and its processing', async () => {
    const { server, general } = await newRooms();
    const defaultHandler = server.handle('join', (frame, socket) => {
      const reply = defaultHandler(frame, socket);
      // Both frames in one task, as sockets deliver frames that arrived together.
      socket.emit({ type: 'reply', id: frame.id, data: reply ?? {} });
      server.send('general', 'bart', 'hello');
      return undefined;
    });
    general.room.open();
    await settle();
    expect(general.texts).toEqual(['1 hello']);
  });

  test('joins when the connection opens if it was opened before', async () => {
    const { server, socket, general } = await newRooms();
    socket.stop();
    general.room.open();
    expect(general.state.name).toBe('waiting');
    socket.connect();
    await settle();
    expect(general.state.name).toBe('joined');
    general.room.open();
    await settle();
    expect(server.last.received).toHaveLength(1);
  });

  test('receives nothing after it is left, and recovers missed messages when it is opened again', async () => {
    const { server, general, serverRoom } = await joinedRooms();
    server.send('general', 'bart', 'one');
    general.room.close();
    await settle();
    expect(general.state).toEqual({ name: 'waiting' });
    expect(server.last.received.at(-1)).toMatchObject({ type: 'leave', room: 'general' });
    server.last.emit({ type: 'message', ...serverRoom.append('bart', 'two').message });
    expect(general.texts).toEqual(['1 one']);
    general.room.open();
    await settle();
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'recovered' });
    expect(general.texts).toEqual(['1 one', '2 two']);
  });

  test('leaves if it is closed while the join is pending', async () => {
    const { server, general } = await newRooms();
    general.room.open();
    general.room.close();
    await settle();
    expect(server.last.received.map(({ type }) => type)).toEqual(['join', 'leave']);
    expect(general.state.name).toBe('waiting');
  });

  test('does not join after a reconnect if it is closed', async () => {
    const { server, socket, general } = await joinedRooms();
    general.room.close();
    socket.drop();
    await settle(500);
    expect(server.last.received).toEqual([]);
  });
});

describe('a denied join', () => {
  test.each(['not_found', 'forbidden', 'too_many_rooms', 'bad_message'])(
    'with %s is reported once and not retried, and the connection and other rooms continue',
    async (code) => {
      const { server, socket, rooms, general, serverRoom } = await newRooms();
      serverRoom.denied = code;
      const random = watch(rooms.room('random'));
      general.room.open();
      random.room.open();
      await settle();
      expect(general.state).toEqual({ name: 'denied', code });
      expect(random.state.name).toBe('joined');
      await settle(20_000);
      server.last.emit({ type: 'beat' });
      socket.drop();
      await settle(500);
      expect(general.state).toEqual({ name: 'denied', code });
      expect(random.state.name).toBe('joined');
      expect(server.last.received.filter(({ type }) => type === 'join')).toMatchObject([{ room: 'random' }]);
    },
  );

  test('is retried by open()', async () => {
    const { general, serverRoom } = await newRooms();
    serverRoom.denied = 'not_found';
    general.room.open();
    await settle();
    serverRoom.denied = undefined;
    general.room.open();
    await settle();
    expect(general.state.name).toBe('joined');
  });

  test.each(['not_found', 'forbidden'])(
    'with %s is retried when the server reports that the user is a member',
    async (code) => {
      const { server, general, serverRoom } = await newRooms();
      serverRoom.denied = code;
      general.room.open();
      await settle();
      serverRoom.denied = undefined;
      serverRoom.append('bart', 'welcome');
      server.last.emit({ type: 'unread', room: 'general', seq: 1, read: 1, count: 0, mentions: 0 });
      await settle();
      expect(general.state.name).toBe('joined');
      expect(general.texts).toEqual(['1 welcome']);
    },
  );

  test('is not retried for another code or after the room was closed', async () => {
    const { server, general, serverRoom } = await newRooms();
    serverRoom.denied = 'too_many_rooms';
    general.room.open();
    await settle();
    server.last.emit({ type: 'unread', room: 'general', seq: 0, read: 0, count: 0, mentions: 0 });
    await settle();
    expect(general.state).toEqual({ name: 'denied', code: 'too_many_rooms' });
    general.room.close();
    server.last.emit({ type: 'unread', room: 'general', seq: 0, read: 0, count: 0, mentions: 0 });
    await settle();
    expect(server.last.received.filter(({ type }) => type === 'join')).toHaveLength(1);
  });

  test('is retried once for each report, and stays if the user still has no access', async () => {
    const { server, general } = await joinedRooms();
    server.broadcast('general', { type: 'removed', room: 'general', code: 'not_found' });
    server.room('general').denied = 'not_found';
    // The server sent this event before it removed the user.
    server.last.emit({ type: 'unread', room: 'general', seq: 1, read: 0, count: 1, mentions: 0 });
    await settle(20_000);
    expect(general.state).toEqual({ name: 'denied', code: 'not_found' });
    expect(server.last.received.filter(({ type }) => type === 'join')).toHaveLength(2);
  });

  test('follows a removal, which deletes all data of the room', async () => {
    const { server, general, serverRoom } = await joinedRooms();
    server.send('general', 'bart', 'one');
    server.broadcast('general', { type: 'removed', room: 'general', code: 'forbidden' });
    expect(general.state).toEqual({ name: 'denied', code: 'forbidden' });
    server.last.emit({ type: 'message', ...serverRoom.append('bart', 'secret').message });
    expect(general.texts).toEqual([]);
    expect(general.room.oldest).toBeUndefined();
  });

  test('does not follow a removal from a room that is not open', async () => {
    const { server, general } = await newRooms();
    server.last.emit({ type: 'removed', room: 'general', code: 'forbidden' });
    server.last.emit({ type: 'removed', room: 'nowhere', code: 'forbidden' });
    expect(general.state.name).toBe('waiting');
  });
});

describe('a join that fails temporarily', () => {
  test('is retried after the delay of the server', async () => {
    const { server, general } = await newRooms();
    let joins = 0;
    const defaultHandler = server.handle('join', (frame, socket) => {
      if (joins++ === 0) throw new FakeError('rate_limited', 3_000);
      return defaultHandler(frame, socket);
    });
    general.room.open();
    await settle(2_999);
    expect([general.state.name, joins]).toEqual(['joining', 1]);
    await settle(10);
    expect([general.state.name, joins]).toEqual(['joined', 2]);
  });

  test.each([
    [
      'an internal error',
      () => {
        throw new FakeError('internal');
      },
    ],
    ['no reply', () => undefined],
    ['an invalid reply', () => []],
  ])('is retried after %s', async (_, first) => {
    const { server, general } = await newRooms();
    let joins = 0;
    const defaultHandler = server.handle('join', (frame, socket) =>
      joins++ === 0 ? first() : defaultHandler(frame, socket),
    );
    general.room.open();
    await settle(12_000);
    expect(general.state.name).toBe('joined');
    expect(joins).toBe(2);
    expect(faultsOf(general)).toEqual([]);
  });
});
