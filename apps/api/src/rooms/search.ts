import type { Message } from '@usher/protocol';

export interface SearchFor {
  /** What somebody typed: words, all of which stand in the message; the last may be a beginning. Nothing in it is syntax. */
  readonly words: string;
  /** Only messages of these rooms; at most `searchedRooms` of them are looked into. */
  readonly rooms: readonly string[];
  /** The `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface FoundMessages {
  /** As they are now, the newest first. */
  readonly messages: readonly Message[];
  /** There are more: what to give as `before`. Says nothing that is not in the messages. */
  readonly next?: string;
}

/** A `before` that no page gave, or that of another search. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

/** More rooms are not looked into at once. */
export const searchedRooms = 1_000;

/**
 * Finds messages by their words.
 *
 * What every form promises:
 * - Neither case nor accents tell words apart. What is neither letter nor digit parts them.
 * - A message is found by its present text: as soon as an `append` of the history has resolved, and by no text that it had before.
 *   Deleted messages and changes are not found.
 * - Pages go on where the last one ended, whatever is said meanwhile.
 * - The cost is that of the rooms that are looked into, not of those that are not.
 * - Rejects with `BadCursor` for a `before` that is none of these rooms.
 */
export interface Search {
  find(query: SearchFor): Promise<FoundMessages>;
}
