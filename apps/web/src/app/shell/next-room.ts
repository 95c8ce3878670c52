import type { Room } from '@usher/protocol';

/**
 * The room above (-1) or below (1) in the list, around its ends. Without one that is shown, or where it is not in the list, the first
 * or the last. @returns nothing where there is no other to go to
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
