import { describe, expect, test } from 'vitest';
import { joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

describe('when the user signs out', () => {
  test.each([
    [
      'with signOut()',
      (setup: Awaited<ReturnType<typeof joinedRooms>>) => {
        setup.socket.signOut();
      },
    ],
    [
      'by the server',
      (setup: Awaited<ReturnType<typeof joinedRooms>>) => {
        setup.server.last.end(4501);
      },
    ],
  ])('%s, all their data is deleted', async (_, leave) => {
    const setup = await joinedRooms();
    const { server, socket, general, serverRoom } = setup;
    server.send('general', 'bart', 'for maggie');
    server.page.emit('offline');
    general.room.send('of maggie');
    server.page.emit('online');
    server.handle('send', () => undefined);
    await settle();
    leave(setup);
    expect(general.messages).toEqual([]);
    expect(general.state).toEqual({ name: 'waiting' });
    server.user = 'bart';
    socket.connect();
    await settle();
    expect(server.last.received).toEqual([]);
    general.room.open();
    await settle();
    expect(server.last.received).toEqual([{ type: 'join', id: expect.any(Number) as unknown, room: 'general' }]);
    expect(serverRoom.messages.map(({ text }) => text)).toEqual(['for maggie']);
  });
});

test('if the welcome names another user, no data of the previous user is shown or sent', async () => {
  const { server, socket, general, serverRoom } = await joinedRooms();
  server.send('general', 'bart', 'for maggie');
  socket.drop();
  general.room.send('of maggie');
  server.user = 'lisa';
  serverRoom.restart();
  await settle(500);
  expect(socket.welcome?.user).toBe('lisa');
  expect(general.state).toMatchObject({ name: 'joined', recovery: 'fresh' });
  expect(server.last.received).toMatchObject([{ type: 'join' }]);
  expect(server.last.received[0]).not.toHaveProperty('after');
  expect(general.messages).toEqual([]);
});

test('a reconnect of the same user keeps all data', async () => {
  const { server, socket, general } = await joinedRooms();
  server.send('general', 'bart', 'one');
  socket.drop();
  general.room.send('two');
  await settle(500);
  expect(general.texts).toEqual(['1 one', '2 two']);
});

test('clear() leaves all rooms and deletes their data', async () => {
  const { server, rooms, general } = await joinedRooms();
  server.send('general', 'bart', 'one');
  rooms.clear();
  await settle();
  expect(general.messages).toEqual([]);
  expect(server.last.received.at(-1)).toMatchObject({ type: 'leave' });
});

test('a message written before the first welcome gets its author later', async () => {
  const { server, socket, general } = await newRooms({ user: () => 'lisa' });
  socket.stop();
  general.room.send('a');
  expect(general.messages).toMatchObject([{ from: 'lisa' }]);
  expect(server.live).toEqual([]);
});
