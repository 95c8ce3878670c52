import type { Room } from '@usher/protocol';

/** Rooms as they are now in the order in which they stood; what has come is below, what has gone is missing. */
export function inOrderOf(before: readonly Room[], now: readonly Room[]): readonly Room[] {
  const places = new Map(before.map(({ room }, index) => [room, index]));
  const place = ({ room }: Room): number => places.get(room) ?? before.length;
  return now.toSorted((one, other) => place(one) - place(other));
}
