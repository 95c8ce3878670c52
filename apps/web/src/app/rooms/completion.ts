import type { PresentUser, RoomMessage } from '@usher/client/rooms';

/** The mention or emoji that is being typed at the caret. */
export interface Naming {
  readonly kind: 'mention' | 'emoji';
  /** As typed, in lower case, without the `@` or `:`. */
  readonly query: string;
  /** The position of the `@` or `:` in the text. */
  readonly from: number;
  /** The position after its last character: the caret. */
  readonly to: number;
}

/** A possible completion. */
export interface Suggestion {
  readonly key: string;
  /** The text to insert. */
  readonly insert: string;
  /** The emoji; undefined for a user. */
  readonly emoji?: string;
  readonly label: string;
}

/** Same rule as for mentions: no `@` inside a word, an address or a path. */
const mention = /(?<![\p{L}\p{N}_@./-])@([a-z0-9._-]{0,32})$/iu;
/** At least two letters, so that `:)` and `10:30` do not match. */
const emoji = /(?<![\p{L}\p{N}:])[:]([a-z+-][a-z0-9_+-]+)$/iu;
const wholeEmoji = /(?<![\p{L}\p{N}:])[:]([a-z0-9_+-]+):$/iu;
const most = 8;

/** Finds the mention or emoji at the caret. */
export function namingAt(text: string, caret: number): Naming | undefined {
  const before = text.slice(0, caret);
  for (const [kind, pattern] of [
    ['mention', mention],
    ['emoji', emoji],
  ] as const) {
    const found = pattern.exec(before);
    if (found !== null) return { kind, query: (found[1] ?? '').toLowerCase(), from: found.index, to: caret };
  }
  return undefined;
}

/** Users whose name starts with the query, then users whose name contains it, each group in the given order. */
export function peopleFor(query: string, people: readonly string[]): Suggestion[] {
  return ranked(query, people, (name) => [name]).map((name) => ({ key: name, insert: `@${name} `, label: name }));
}

export interface Emoji {
  readonly emoji: string;
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

export function emojiFor(query: string, all: readonly Emoji[]): Suggestion[] {
  return ranked(query, all, ({ names, tags }) => [...names, ...tags]).map(({ emoji: sign, names }) => ({
    key: names[0] ?? sign,
    insert: `${sign} `,
    emoji: sign,
    label: `:${names[0] ?? ''}:`,
  }));
}

/** The emoji whose name was just completed as `:name:`, and its position. */
export function spelledEmoji(
  text: string,
  caret: number,
  all: readonly Emoji[],
): { emoji: string; from: number } | undefined {
  const found = wholeEmoji.exec(text.slice(0, caret));
  const name = found?.[1]?.toLowerCase();
  if (found === null || name === undefined) return undefined;
  const emoji = all.find(({ names }) => names.includes(name))?.emoji;
  return emoji === undefined ? undefined : { emoji, from: found.index };
}

/** Exact matches, then prefix matches, then matches anywhere. The first name of an item has priority over its other names. */
function ranked<T>(query: string, items: readonly T[], namesOf: (item: T) => readonly string[]): T[] {
  const rankOf = (item: T): number => {
    let best = Infinity;
    for (const [index, name] of namesOf(item).entries()) {
      const kind = name === query ? 0 : name.startsWith(query) ? 1 : name.includes(query) ? 2 : Infinity;
      best = Math.min(best, 2 * kind + (index === 0 ? 0 : 1));
    }
    return best;
  };
  return items
    .map((item) => ({ item, rank: rankOf(item) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ item }) => item);
}

/** The number of latest messages whose authors are considered. */
const latest = 500;

/** Users who can be mentioned in a room, the most likely first: recent authors, then other users in the room, without the reader. */
export function mentionCandidates(
  messages: readonly RoomMessage[],
  people: readonly PresentUser[],
  user: string,
): readonly string[] {
  const authors = messages
    .slice(-latest)
    .reverse()
    .map(({ from }) => from);
  const all = new Set([...authors, ...people.map((person) => person.user)]);
  all.delete(user);
  return [...all];
}
