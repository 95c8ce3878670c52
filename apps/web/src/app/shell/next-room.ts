import type { Room } from '@usher/chat-api';

/**
 * Returns the room above (-1) or below (1) the current one in the list, wrapping around. Without a current room in the list, the first or
 * last one. Returns undefined if there is no other room.
 */
export function nextRoom(
  rooms: readonly Room[],
  here: string | undefined,
  step: 1 | -1,
  wanted: (room: Room) => boolean,
): string | undefined {
  const at = rooms.findIndex(({ room }) => room === here);
  const begin = at === -1 && step === -1 ? rooms.length : at;
  for (let count = 1; count <= rooms.length; count += 1) {
    const room = rooms[(begin + step * count + rooms.length * 2) % rooms.length];
    if (room !== undefined && room.room !== here && wanted(room)) return room.room;
  }
  return undefined;
}
