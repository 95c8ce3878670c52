/** Rooms over a socket. Every message appears exactly once and in order, also after reconnects. */
export { OutboxFull } from './socket/errors.ts';
export type {
  PresentUser,
  RoomHandle,
  RoomMessage,
  Rooms,
  RoomSnapshot,
  RoomsOptions,
  RoomState,
  Unread,
  Unsent,
} from './rooms/room-types.ts';
export { createRooms } from './rooms/rooms.ts';
