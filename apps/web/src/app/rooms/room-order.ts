import type { Room } from '@usher/chat-api';

/** The current rooms in their previous order. New rooms are last. */
export function inOrderOf(before: readonly Room[], now: readonly Room[]): readonly Room[] {
  const places = new Map(before.map(({ room }, index) => [room, index]));
  const place = ({ room }: Room): number => places.get(room) ?? before.length;
  return now.toSorted((one, other) => place(one) - place(other));
}

/** The current rooms in their own order, except that one keeps its previous place: the row under the pointer or the focus. */
export function withPinned(before: readonly Room[], now: readonly Room[], pinned: string): readonly Room[] {
  const place = before.findIndex(({ room }) => room === pinned);
  const found = now.find(({ room }) => room === pinned);
  if (place === -1 || found === undefined) return now;
  return now.filter((room) => room !== found).toSpliced(place, 0, found);
}
