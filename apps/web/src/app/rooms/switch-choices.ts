import type { Room } from '@usher/protocol';
import fuzzysort from 'fuzzysort';

/** Rooms that are offered at once. More are found by typing. */
const mostChoices = 40;

/** What there is to choose from while nothing is typed. */
export interface Choices {
  /** One's own, the liveliest first. */
  readonly own: readonly Room[];
  /** Of all others; sorted by title. */
  readonly others: readonly Room[];
  /** Names of rooms that were looked at, the last one first. */
  readonly recent: readonly string[];
  /** The name of the one that is shown. */
  readonly here?: string | undefined;
}

/**
 * The rooms that fit what was typed, best first; equally good ones, and all of them where nothing was typed, in this order: those
 * looked at lately, one's own by activity, the others. The one that is shown comes last of one's own: nobody has to go there.
 */
export function choicesFor(typed: string, { own, others, recent, here }: Choices): readonly Room[] {
  const place = ({ room }: Room): number => {
    if (room === here) return recent.length + 1;
    const found = recent.indexOf(room);
    return found === -1 ? recent.length : found;
  };
  const all = [...own.toSorted((one, other) => place(one) - place(other)), ...others];
  const wanted = typed.trim();
  if (wanted === '') return all.slice(0, mostChoices);
  const places = new Map(all.map((room, index) => [room, index]));
  return fuzzysort
    .go(wanted, all, {
      keys: ['title', 'room'],
      limit: mostChoices,
      // A few letters in their order are enough.
      threshold: 0.2,
      // One's own fit a little better; the order decides between those that fit equally well.
      scoreFn: ({ score, obj }) => score * (obj.mine ? 1 : 0.9) - (places.get(obj) ?? 0) / 1e6,
    })
    .map(({ obj }) => obj);
}
