/** What is being named at the caret: somebody, or an emoji. */
export interface Naming {
  readonly kind: 'mention' | 'emoji';
  /** As typed, in lower case, without its sign. */
  readonly query: string;
  /** Where its sign stands in the text. */
  readonly from: number;
  /** Behind its last character: the caret. */
  readonly to: number;
}

/** What can be taken for it. */
export interface Suggestion {
  readonly key: string;
  /** What stands in the text once it is taken. */
  readonly insert: string;
  /** An emoji, or nobody's face. */
  readonly emoji?: string;
  readonly label: string;
}

/** As in a mention: no `@` within a word, an address or a path. */
const mention = /(?<![\p{L}\p{N}_@./-])@([a-z0-9._-]{0,32})$/iu;
/** Two letters at least, so that `:)` and `10:30` are left alone. */
const emoji = /(?<![\p{L}\p{N}:])[:]([a-z+-][a-z0-9_+-]+)$/iu;
const wholeEmoji = /(?<![\p{L}\p{N}:])[:]([a-z0-9_+-]+):$/iu;
const most = 8;

/** What is being named where the caret stands. */
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

/** The people whose name begins with it, then those in whose name it stands, each in the order that they are given in. */
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

/** The emoji that was just spelled out as `:name:`, and where. */
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

/** What is called so, then what begins so, then what contains it; the first name counts more than the others. */
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
