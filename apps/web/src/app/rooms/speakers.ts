import type { Person, RoomMessage } from '@usher/client/rooms';

/** Only so far back somebody counts as speaking here. */
const latest = 500;

/** Who may be mentioned in a room, the likeliest first: who spoke lately, then who else is there. Oneself is not. */
export function speakersOf(
  messages: readonly RoomMessage[],
  people: readonly Person[],
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
