import type { RoomsProtocol } from '@usher/protocol';
import type { TicketSocket } from '../ticket-socket.ts';
import { Room } from './room.ts';
import type { Rooms, RoomsOptions } from './room-types.ts';

/**
 * The rooms of a socket, for as long as the socket lives. They are joined again on every connection, from where they were;
 * when the person leaves, or another one is welcomed, everything is forgotten.
 */
export function createRooms(socket: TicketSocket<RoomsProtocol>, options: RoomsOptions = {}): Rooms {
  let person: string | undefined;
  const { user = () => person ?? '', outbox = 200, held = 5_000, uuid: key = () => crypto.randomUUID() } = options;
  const rooms = new Map<string, Room>();

  function clear(): void {
    for (const room of rooms.values()) {
      room.close();
      room.wipe();
    }
  }

  socket.state$.subscribe(({ name }) => {
    const welcomed = socket.welcome?.user;
    const another = welcomed !== undefined && person !== undefined && welcomed !== person;
    for (const room of rooms.values()) {
      if (welcomed === undefined) room.lost();
      if (another) room.wipe();
      if (welcomed !== undefined) room.connected();
    }
    if (name === 'signed_out') {
      person = undefined;
      clear();
    } else person = welcomed ?? person;
  });
  socket.on('message').subscribe((message) => rooms.get(message.room)?.take(message));
  socket.on('removed').subscribe(({ room, code }) => rooms.get(room)?.removed(code));

  return {
    room(name) {
      let room = rooms.get(name);
      if (room === undefined) rooms.set(name, (room = new Room(name, { socket, user, key, outbox, held })));
      return room;
    },
    clear,
  };
}
