import { folded } from '../rooms/room-names.ts';

/** A part of a text, and whether it matched. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** The maximum length of an excerpt, and the part of it before the first match, in characters. */
const maxShown = 280;
const before = 60;

const words = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * Splits a text into parts and marks the matches, with the rules of the server: whole words, ignoring case and accents, and prefixes for
 * the last word of the query. A long text is cut to an excerpt around the first match.
 */
export function foundWords(text: string, query: string): readonly Piece[] {
  const wanted = [...query.matchAll(words)].map(([word]) => folded(word));
  const last = wanted.at(-1);
  const hits = [...text.matchAll(words)].filter(([word]) => {
    const plain = folded(word);
    return wanted.includes(plain) || (last !== undefined && plain.startsWith(last));
  });
  const [from, to] = cut(text, hits[0]?.index ?? 0);
  const pieces: Piece[] = [];
  let end = from;
  const add = (until: number, hit: boolean): void => {
    if (until > end) pieces.push({ text: text.slice(end, until), hit });
    end = Math.max(end, until);
  };
  for (const { 0: word, index } of hits) {
    if (index < from || index + word.length > to) continue;
    add(index, false);
    add(index + word.length, true);
  }
  add(to, false);
  if (from > 0) pieces.unshift({ text: '… ', hit: false });
  if (to < text.length) pieces.push({ text: ' …', hit: false });
  return pieces;
}

/** Cuts the excerpt, at word boundaries if possible. */
function cut(text: string, first: number): [number, number] {
  if (text.length <= maxShown) return [0, text.length];
  let from = Math.max(0, Math.min(first - before, text.length - maxShown));
  let to = Math.min(text.length, from + maxShown);
  const space = text.indexOf(' ', from);
  if (from > 0 && space !== -1 && space < first) from = space + 1;
  const lastSpace = text.lastIndexOf(' ', to);
  if (to < text.length && lastSpace > first + before) to = lastSpace;
  return [characterStart(text, from), characterStart(text, to)];
}

/** Does not split a surrogate pair. */
function characterStart(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}
