import type { Event, RoomsProtocol } from '@usher/protocol';
import { Subject } from 'rxjs';
import type { TicketSocket } from '../ticket-socket.ts';
import { uuid } from '../uuid.ts';
import { createRoom, type Room } from './room.ts';
import type { Rooms, RoomsOptions } from './room-types.ts';

/** So many rooms are known of because something in them is unread, and not because somebody asked for them. */
const mostHeard = 1_000;

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
  const unread$ = new Subject<Event<RoomsProtocol, 'unread'>>();
  let isAway = false;

  function roomOf(name: string): Room {
    let room = rooms.get(name);
    if (room === undefined) {
      rooms.set(name, (room = createRoom(name, socket, settings)));
      room.unread$.subscribe((unread) => {
        if (unread) unread$.next({ room: name, ...unread });
      });
    }
    return room;
  }

  function clear(): void {
    for (const room of rooms.values()) {
      // In this order: closing shows what is left.
      room.wipe();
      room.close();
    }
  }

  socket.cleared$.subscribe(() => {
    person = undefined;
    clear();
  });
  socket.state$.subscribe(() => {
    const { user } = socket.welcome ?? {};
    const another = person !== undefined && user !== undefined && person !== user;
    // Before the joins, so that nobody is told that they are attentive.
    if (user !== undefined && isAway) socket.signal('away', { away: true });
    for (const room of rooms.values()) {
      if (user === undefined) room.lost();
      else {
        // Nothing of one person is shown to another, or sent in their name.
        if (another) room.wipe();
        room.connected();
      }
    }
    person = user ?? person;
  });
  socket.on('message').subscribe((message) => rooms.get(message.room)?.take(message));
  socket.on('presence').subscribe((event) => rooms.get(event.room)?.presence(event));
  socket.on('typing').subscribe(({ room, user }) => rooms.get(room)?.writes(user));
  socket.on('unread').subscribe(({ room: name, seq, read, count, mentions }) => {
    const unread = { seq, read, count, mentions };
    // Of a room that nobody has asked for it is remembered too.
    if (rooms.has(name) || rooms.size < mostHeard) roomOf(name).unread(unread);
    else unread$.next({ room: name, ...unread });
  });
  socket.on('removed').subscribe(({ room, code }) => rooms.get(room)?.removed(code));

  return {
    room: roomOf,
    away(away) {
      if (away === isAway) return;
      isAway = away;
      socket.signal('away', { away });
    },
    unread$,
    left$: socket.on('left'),
    removed$: socket.on('removed'),
    clear,
  };
}
