/** Rooms over the socket: every message once and in order, whatever the connection goes through. */
export { OutboxFull } from './rooms/outbox-full.ts';
export type {
  Person,
  RoomHandle,
  RoomMessage,
  Rooms,
  RoomsOptions,
  RoomState,
  Unread,
  Unsent,
} from './rooms/room-types.ts';
export { createRooms } from './rooms/rooms.ts';
