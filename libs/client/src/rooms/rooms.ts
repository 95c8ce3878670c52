import type { RoomsProtocol } from '@usher/protocol';
import type { TicketSocket } from '../ticket-socket.ts';
import { createRoom, type Room } from './room.ts';
import type { Rooms, RoomsOptions } from './room-types.ts';
import { uuid } from '../uuid.ts';

/**
 * The rooms of a socket, for as long as the socket lives. They are joined again on every connection, from where they were;
 * when the person leaves, or another one is welcomed, everything is forgotten.
 */
export function createRooms(socket: TicketSocket<RoomsProtocol>, options: RoomsOptions = {}): Rooms {
  let person: string | undefined;
  const settings: Required<RoomsOptions> = {
    user: () => person ?? '',
    outbox: 200,
    held: 5_000,
    uuid,
    ...options,
  };
  const rooms = new Map<string, Room>();

  function clear(): void {
    for (const room of rooms.values()) {
      room.close();
      room.wipe();
    }
  }

  socket.state$.subscribe(({ name }) => {
    const { user } = socket.welcome ?? {};
    for (const room of rooms.values()) {
      if (user === undefined) room.lost();
      else {
        // Nothing of one person is shown to another, or sent in their name.
        if (person !== undefined && person !== user) room.wipe();
        room.connected();
      }
    }
    person = user ?? person;
    if (name !== 'signed_out') return;
    person = undefined;
    clear();
  });
  socket.on('message').subscribe((message) => rooms.get(message.room)?.take(message));
  socket.on('removed').subscribe(({ room, code }) => rooms.get(room)?.removed(code));

  return {
    room(name) {
      let room = rooms.get(name);
      if (room === undefined) rooms.set(name, (room = createRoom(name, socket, settings)));
      return room;
    },
    clear,
  };
}
