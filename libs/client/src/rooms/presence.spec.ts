import type { RoomsProtocol } from '@usher/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import { TicketSocket } from '../socket/ticket-socket.ts';
import type { PresentUser } from './room-types.ts';
import { createRooms } from './rooms.ts';

type Setup = Awaited<ReturnType<typeof newRooms>>;

function observe({ general: { room } }: Setup) {
  const all: { present: readonly PresentUser[]; typing: (readonly string[])[] } = { present: [], typing: [] };
  room.presence$.subscribe((present) => (all.present = present));
  room.typing$.subscribe((typing) => all.typing.push(typing));
  return {
    get present() {
      return all.present.map(({ user, status }) => `${user} ${status}`);
    },
    get typing() {
      return all.typing.at(-1);
    },
    get notifications() {
      return all.typing.length;
    },
  };
}

/** Another user in the room, with their own client. */
async function bart({ server }: Setup) {
  const socket = new TicketSocket<RoomsProtocol>(server.optionsOf('bart'));
  const rooms = createRooms(socket);
  onTestFinished(() => {
    socket.stop();
  });
  socket.connect();
  rooms.room('general').open();
  await settle();
  return { socket, rooms, room: rooms.room('general') };
}

const frames = ({ server }: Setup, type: string): unknown[] =>
  server.sockets.flatMap(({ received }) => received.filter((frame) => frame.type === type));

test('presence$ lists the present users, including the current user, sorted by name', async () => {
  const setup = await newRooms();
  const observed = observe(setup);
  expect(observed.present).toEqual([]);
  setup.general.room.open();
  await settle();
  expect(observed.present).toEqual(['maggie online']);
  const other = await bart(setup);
  expect(observed.present).toEqual(['bart online', 'maggie online']);
  other.rooms.away(true);
  await settle();
  expect(observed.present).toEqual(['bart away', 'maggie online']);
  other.room.close();
  await settle();
  expect(observed.present).toEqual(['maggie online']);
});

test('presence$ keeps its list while disconnected, and removes users who left after the reconnect', async () => {
  const setup = await joinedRooms();
  const other = await bart(setup);
  const observed = observe(setup);
  setup.server.page.emit('offline');
  expect(observed.present).toEqual(['bart online', 'maggie online']);
  other.socket.stop();
  setup.server.page.emit('online');
  await settle();
  expect(observed.present).toEqual(['maggie online']);
  setup.general.room.close();
  expect(observed.present).toEqual([]);
});

test('presence events between the join reply and its processing are applied', async () => {
  const setup = await newRooms();
  const observed = observe(setup);
  const defaultHandler = setup.server.handle('join', (frame, socket) => {
    socket.emit({ type: 'reply', id: frame.id, data: defaultHandler(frame, socket) ?? {} });
    setup.server.broadcast('general', { type: 'presence', room: 'general', user: 'lisa', status: 'online' });
    setup.server.broadcast('general', { type: 'presence', room: 'general', user: 'maggie', status: 'away' });
    return undefined;
  });
  setup.general.room.open();
  await settle();
  expect(observed.present).toEqual(['lisa online', 'maggie away']);
});

test('a redundant presence event changes nothing', async () => {
  const setup = await joinedRooms();
  const observed = observe(setup);
  for (const status of ['offline', 'online', 'online'])
    setup.server.broadcast('general', { type: 'presence', room: 'general', user: 'bart', status });
  setup.server.last.emit({ type: 'presence', room: 'nowhere', user: 'bart', status: 'online' });
  expect(observed.present).toEqual(['bart online', 'maggie online']);
});

test('typing$ lists a user for five seconds, or until their message arrives or they leave', async () => {
  const setup = await joinedRooms();
  const { room } = await bart(setup);
  const observed = observe(setup);
  room.typing();
  await settle();
  expect(observed.typing).toEqual(['bart']);
  await settle(4_000);
  room.typing();
  await settle(4_000);
  expect(observed.typing).toEqual(['bart']);
  expect(observed.notifications).toBe(2);
  await settle(1_001);
  expect(observed.typing).toEqual([]);
  room.typing();
  await settle();
  room.send('here it is');
  await settle();
  expect(observed.typing).toEqual([]);
  await settle(2_000);
  room.typing();
  await settle();
  expect(observed.typing).toEqual(['bart']);
  room.close();
  await settle();
  expect(observed.typing).toEqual([]);
});

test('typing$ is empty after the connection is lost', async () => {
  const setup = await joinedRooms();
  const observed = observe(setup);
  setup.server.broadcast('general', { type: 'typing', room: 'general', user: 'bart' });
  setup.server.broadcast('general', { type: 'typing', room: 'general', user: 'maggie' });
  expect(observed.typing).toEqual(['bart']);
  setup.socket.drop();
  expect(observed.typing).toEqual([]);
  await settle(500);
});

test('typing() sends a signal at most every two seconds, and only in a joined room', async () => {
  const setup = await newRooms();
  const { room } = setup.general;
  room.typing();
  room.open();
  room.typing();
  await settle();
  expect(frames(setup, 'typing')).toEqual([]);
  for (let n = 0; n < 5; n++) room.typing();
  await settle(1_999);
  room.typing();
  expect(frames(setup, 'typing')).toEqual([{ type: 'typing', room: 'general' }]);
  await settle(1);
  room.typing();
  expect(frames(setup, 'typing')).toHaveLength(2);
});

test('away() is sent once, and again on every connection before the joins', async () => {
  const setup = await joinedRooms();
  const { server, socket, rooms } = setup;
  rooms.away(true);
  rooms.away(true);
  await settle();
  expect(frames(setup, 'away')).toEqual([{ type: 'away', away: true }]);
  expect(server.present('general')).toEqual([{ user: 'maggie', status: 'away' }]);
  socket.drop();
  await settle(500);
  expect(server.last.received.map(({ type }) => type)).toEqual(['away', 'join']);
  rooms.away(false);
  socket.drop();
  rooms.away(true);
  rooms.away(false);
  await settle(500);
  expect(server.last.received.map(({ type }) => type)).toEqual(['join']);
});
