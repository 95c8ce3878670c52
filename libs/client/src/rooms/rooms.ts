import type { AnyRoomsProtocol, Event, RoomsProtocol } from '@usher/protocol';
import { Subject } from 'rxjs';
import { differ } from '../socket/identity.ts';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { maxRooms } from './constants.ts';
import { uuid } from './draft.ts';
import { createRoom, type Room } from './room.ts';
import type { Rooms, RoomsOptions } from './room-types.ts';

/**
 * Creates the rooms of a socket. Open rooms are joined again on every connection and recover missed messages. When `cleared$` emits
 * or the server's `welcome` names another user, all data is deleted.
 */
export function createRooms<P extends AnyRoomsProtocol = RoomsProtocol>(
  socket: TicketSocket<P>,
  options?: RoomsOptions,
): Rooms<P> {
  // The protocols differ in the content of messages only, which this code passes on as it is.
  const roomsSocket = socket as unknown as TicketSocket<RoomsProtocol>;
  let user: string | undefined;
  const settings: Required<RoomsOptions> = {
    user: () => user ?? '',
    maxUnsent: 200,
    maxMessages: 5_000,
    uuid,
    ...options,
  };
  const rooms = new Map<string, Room>();
  const unread$ = new Subject<Event<RoomsProtocol, 'unread'>>();
  let isAway = false;

  function roomOf(name: string): Room {
    let room = rooms.get(name);
    if (room === undefined) {
      rooms.set(name, (room = createRoom(name, roomsSocket, settings)));
      room.unread$.subscribe((unread) => {
        if (unread) unread$.next({ room: name, ...unread });
      });
    }
    return room;
  }

  function clear(): void {
    for (const room of rooms.values()) {
      // In this order, because `close` publishes the remaining messages.
      room.wipe();
      room.close();
    }
  }

  roomsSocket.cleared$.subscribe(() => {
    user = undefined;
    clear();
  });
  roomsSocket.state$.subscribe(() => {
    const welcomed = roomsSocket.welcome?.user;
    const isOtherUser = differ(user, welcomed);
    // Sent before the joins, so that other members do not see the user as `online` first.
    if (welcomed !== undefined && isAway) roomsSocket.signal('away', { away: true });
    for (const room of rooms.values()) {
      if (welcomed === undefined) room.lost();
      else {
        // Messages of one user must not be shown to another or sent in their name.
        if (isOtherUser) room.wipe();
        room.connected();
      }
    }
    user = welcomed ?? user;
  });
  roomsSocket.on('message').subscribe((message) => rooms.get(message.room)?.onMessage(message));
  roomsSocket.on('presence').subscribe((event) => rooms.get(event.room)?.onPresence(event));
  roomsSocket.on('typing').subscribe((event) => rooms.get(event.room)?.onTyping(event.user));
  roomsSocket.on('unread').subscribe(({ room: name, seq, read, count, mentions }) => {
    const unread = { seq, read, count, mentions };
    // Counts are stored also for rooms that the app has not requested yet.
    if (rooms.has(name) || rooms.size < maxRooms) roomOf(name).onUnread(unread);
    else unread$.next({ room: name, ...unread });
  });
  roomsSocket.on('removed').subscribe(({ room, code }) => rooms.get(room)?.onRemoved(code));

  return {
    room: roomOf,
    away(away: boolean) {
      if (away === isAway) return;
      isAway = away;
      roomsSocket.signal('away', { away });
    },
    unread$,
    left$: roomsSocket.on('left'),
    removed$: roomsSocket.on('removed'),
    clear,
  } as unknown as Rooms<P>;
}
