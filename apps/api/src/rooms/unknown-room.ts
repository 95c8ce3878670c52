import { UnknownRoom } from '@usher/realtime';

export function unknownRoom(room: string): UnknownRoom {
  return new UnknownRoom(`unknown room ${room}`);
}
