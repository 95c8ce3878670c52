import type { PresentUser, RoomMessage } from '@usher/client/rooms';

/** The number of latest messages whose authors are considered. */
const latest = 500;

/** Users who can be mentioned in a room, the most likely first: recent authors, then other users in the room, without the reader. */
export function speakersOf(
  messages: readonly RoomMessage[],
  people: readonly PresentUser[],
  user: string,
): readonly string[] {
  const spoke = messages
    .slice(-latest)
    .reverse()
    .map(({ from }) => from);
  const all = new Set([...spoke, ...people.map((person) => person.user)]);
  all.delete(user);
  return [...all];
}
