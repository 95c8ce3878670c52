/** Rooms over a socket. Every message appears exactly once and in order, even after reconnects. */
export { OutboxFull } from './socket/errors.ts';
export type {
  PayloadRoomMessage,
  PresentUser,
  RoomHandle,
  RoomMessage,
  RoomMessageOf,
  Rooms,
  RoomSnapshot,
  RoomsOptions,
  RoomState,
  Unread,
  Unsent,
  UnsentOf,
  UnsentPayload,
} from './rooms/room-types.ts';
export { createRooms } from './rooms/rooms.ts';
