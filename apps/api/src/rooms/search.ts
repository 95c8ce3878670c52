import type { Message } from '@usher/protocol';

export interface SearchFor {
  /** The user who searches. */
  readonly user: string;
  /** The typed words, all of which must occur in a message. The last word may be a prefix. There is no query syntax. */
  readonly words: string;
  /** Only messages of these rooms. Defaults to the rooms of the user. At most `searchedRooms` are searched. */
  readonly rooms?: readonly string[];
  /** The `next` of the previous page. */
  readonly before?: string;
  readonly limit: number;
}

export interface FoundMessages {
  /** With their current texts, newest first. */
  readonly messages: readonly Message[];
  /** The `before` of the next page. Absent on the last page. Reveals nothing beyond the returned messages. */
  readonly next?: string;
}

/** Why a search is malformed: `before` is from another search, or there are more than `searchedWords` different words. */
export type SearchFault = 'bad_cursor' | 'too_many_words';

export class BadSearch extends Error {
  override readonly name = 'BadSearch';
  readonly fault: SearchFault;

  constructor(fault: SearchFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Maximum rooms of a search. The rooms with the latest messages have precedence. */
export const searchedRooms = 1_000;
/** Maximum different words of a search. */
export const searchedWords = 16;

/**
 * Finds messages by their words.
 *
 * Every implementation guarantees:
 * - Case and accents do not matter. Every character that is neither letter nor digit separates words.
 * - A message is found by its current text as soon as the `append` of the history has resolved, and by no earlier text.
 *   Deleted messages, edits and deletions are not found.
 * - A page continues where the previous one ended, whatever is sent meanwhile.
 * - The cost depends on the searched rooms only.
 * - Rejects with `BadSearch` for a `before` that is not from these rooms, and for too many words.
 */
export interface Search {
  find(query: SearchFor): Promise<FoundMessages>;
}
