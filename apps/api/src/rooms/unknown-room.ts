import { UnknownRoom } from '@usher/realtime/rooms';

export function unknownRoom(room: string): UnknownRoom {
  return new UnknownRoom(`unknown room ${room}`);
}
