import type { Room } from '@usher/chat-api';
import fuzzysort from 'fuzzysort';

/** The number of rooms that are offered. More are found by typing. */
const maxChoices = 40;

/** The rooms to choose from. */
export interface Choices {
  /** The user's rooms, most recent activity first. */
  readonly own: readonly Room[];
  /** All other rooms, sorted by title. */
  readonly others: readonly Room[];
  /** Names of recently visited rooms, the latest first. */
  readonly recent: readonly string[];
  /** The name of the current room. */
  readonly current?: string | undefined;
}

/**
 * Returns the rooms that match the query, best match first. Equal matches, and all rooms for an empty query, are ordered as follows:
 * recently visited rooms, the user's rooms by activity, other rooms. The current room is last among the user's rooms.
 */
export function choicesFor(typed: string, { own, others, recent, current }: Choices): readonly Room[] {
  const place = ({ room }: Room): number => {
    if (room === current) return recent.length + 1;
    const found = recent.indexOf(room);
    return found === -1 ? recent.length : found;
  };
  const all = [...own.toSorted((one, other) => place(one) - place(other)), ...others];
  const wanted = typed.trim();
  if (wanted === '') return all.slice(0, maxChoices);
  const places = new Map(all.map((room, index) => [room, index]));
  return fuzzysort
    .go(wanted, all, {
      keys: ['title', 'room'],
      limit: maxChoices,
      // Fuzzy match: the letters in their order are sufficient.
      threshold: 0.2,
      // Prefers the user's rooms slightly among matches.
      scoreFn: ({ score, obj }) => score * (obj.isMember ? 1 : 0.9) - (places.get(obj) ?? 0) / 1e6,
    })
    .map(({ obj }) => obj);
}
