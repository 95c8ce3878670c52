import type { RoomsProtocol } from '@usher/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import { TicketSocket } from '../ticket-socket.ts';
import type { PresentUser } from './room-types.ts';
import { createRooms } from './rooms.ts';

type Made = Awaited<ReturnType<typeof newRooms>>;

function follow({ general: { room } }: Made) {
  const all: { people: readonly PresentUser[]; typing: (readonly string[])[] } = { people: [], typing: [] };
  room.presence$.subscribe((people) => (all.people = people));
  room.typing$.subscribe((typing) => all.typing.push(typing));
  return {
    get people() {
      return all.people.map(({ user, status }) => `${user} ${status}`);
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
async function bart({ server }: Made) {
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

const frames = ({ server }: Made, type: string): unknown[] =>
  server.sockets.flatMap(({ received }) => received.filter((frame) => frame.type === type));

test('presence$ lists the present users, including the current user, sorted by name', async () => {
  const made = await newRooms();
  const shown = follow(made);
  expect(shown.people).toEqual([]);
  made.general.room.open();
  await settle();
  expect(shown.people).toEqual(['maggie online']);
  const other = await bart(made);
  expect(shown.people).toEqual(['bart online', 'maggie online']);
  other.rooms.away(true);
  await settle();
  expect(shown.people).toEqual(['bart away', 'maggie online']);
  other.room.close();
  await settle();
  expect(shown.people).toEqual(['maggie online']);
});

test('presence$ keeps its list while disconnected, and removes users who left after the reconnect', async () => {
  const made = await joinedRooms();
  const other = await bart(made);
  const shown = follow(made);
  made.server.page.emit('offline');
  expect(shown.people).toEqual(['bart online', 'maggie online']);
  other.socket.stop();
  made.server.page.emit('online');
  await settle();
  expect(shown.people).toEqual(['maggie online']);
  made.general.room.close();
  expect(shown.people).toEqual([]);
});

test('presence events between the join reply and its processing are applied', async () => {
  const made = await newRooms();
  const shown = follow(made);
  const usual = made.server.handle('join', (frame, socket) => {
    socket.emit({ type: 'reply', id: frame.id, data: usual(frame, socket) ?? {} });
    made.server.broadcast('general', { type: 'presence', room: 'general', user: 'lisa', status: 'online' });
    made.server.broadcast('general', { type: 'presence', room: 'general', user: 'maggie', status: 'away' });
    return undefined;
  });
  made.general.room.open();
  await settle();
  expect(shown.people).toEqual(['lisa online', 'maggie away']);
});

test('a redundant presence event changes nothing', async () => {
  const made = await joinedRooms();
  const shown = follow(made);
  for (const status of ['offline', 'online', 'online'])
    made.server.broadcast('general', { type: 'presence', room: 'general', user: 'bart', status });
  made.server.last.emit({ type: 'presence', room: 'nowhere', user: 'bart', status: 'online' });
  expect(shown.people).toEqual(['bart online', 'maggie online']);
});

test('typing$ lists a user for five seconds, or until their message arrives or they leave', async () => {
  const made = await joinedRooms();
  const { room } = await bart(made);
  const shown = follow(made);
  room.typing();
  await settle();
  expect(shown.typing).toEqual(['bart']);
  await settle(4_000);
  room.typing();
  await settle(4_000);
  expect(shown.typing).toEqual(['bart']);
  expect(shown.notifications).toBe(2);
  await settle(1_001);
  expect(shown.typing).toEqual([]);
  room.typing();
  await settle();
  room.send('here it is');
  await settle();
  expect(shown.typing).toEqual([]);
  await settle(2_000);
  room.typing();
  await settle();
  expect(shown.typing).toEqual(['bart']);
  room.close();
  await settle();
  expect(shown.typing).toEqual([]);
});

test('typing$ is empty after the connection is lost', async () => {
  const made = await joinedRooms();
  const shown = follow(made);
  made.server.broadcast('general', { type: 'typing', room: 'general', user: 'bart' });
  made.server.broadcast('general', { type: 'typing', room: 'general', user: 'maggie' });
  expect(shown.typing).toEqual(['bart']);
  made.socket.drop();
  expect(shown.typing).toEqual([]);
  await settle(500);
});

test('typing() sends a signal at most every two seconds, and only in a joined room', async () => {
  const made = await newRooms();
  const { room } = made.general;
  room.typing();
  room.open();
  room.typing();
  await settle();
  expect(frames(made, 'typing')).toEqual([]);
  for (let n = 0; n < 5; n++) room.typing();
  await settle(1_999);
  room.typing();
  expect(frames(made, 'typing')).toEqual([{ type: 'typing', room: 'general' }]);
  await settle(1);
  room.typing();
  expect(frames(made, 'typing')).toHaveLength(2);
});

test('away() is sent once, and again on every connection before the joins', async () => {
  const made = await joinedRooms();
  const { server, socket, rooms } = made;
  rooms.away(true);
  rooms.away(true);
  await settle();
  expect(frames(made, 'away')).toEqual([{ type: 'away', away: true }]);
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
