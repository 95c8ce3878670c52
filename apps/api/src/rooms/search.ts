import type { DatabaseSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { integer, type Row, string } from '../database/sqlite-values.ts';
import { messageColumns, roomWord, toMessage } from './message-rows.ts';

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

/** Messages in the range of the first statement. Each further statement doubles the range, so that no statement runs for long. */
const messagesPerStatement = 50_000;

/**
 * Searches FTS5 (see `MessageIndexes`). Synchronous, because it runs on a worker thread (see `room-reader.ts`). FTS5 splits words at
 * characters that are neither letters nor digits, so texts without spaces (Chinese, Japanese, Thai) match only by their beginning.
 *
 * @throws BadSearch
 */
export function createSqliteSearch(
  sqlite: DatabaseSync,
  firstWindow = messagesPerStatement,
): (query: SearchFor) => FoundMessages {
  const statements = {
    numberOf: sqlite.prepare('SELECT number FROM messages WHERE room = ? AND seq = ?'),
    newest: sqlite.prepare('SELECT max(number) AS number FROM messages'),
    roomsOf: sqlite.prepare(`
      SELECT rooms.name FROM memberships CROSS JOIN rooms ON rooms.name = memberships.room
      WHERE memberships.user_name = ? ORDER BY rooms.last_at DESC LIMIT ${searchedRooms}`),
    find: sqlite.prepare(`
      SELECT number, ${messageColumns} FROM message_texts CROSS JOIN messages ON messages.number = message_texts.rowid
      WHERE message_texts MATCH ? AND message_texts.rowid < ? AND message_texts.rowid >= ?
      ORDER BY message_texts.rowid DESC LIMIT ?`),
  };

  /** The message number of a cursor. */
  function numberAt(cursor: string, rooms: readonly string[]): number {
    const [, seq = '', room = ''] = /^(\d{1,16})\.(.+)$/.exec(cursor) ?? [];
    // Only rooms of this search, so that the response does not reveal messages of other rooms.
    const row = rooms.includes(room) ? statements.numberOf.get(room, Number(seq)) : undefined;
    if (row === undefined) throw new BadSearch('bad_cursor');
    return integer(row['number']);
  }

  /** The rows with numbers less than `below`, newest first. */
  function rowsBelow(expression: string, below: number, limit: number): Row[] {
    const rows: Row[] = [];
    for (let window = firstWindow; below > 0 && rows.length < limit; window *= 2) {
      const from = Math.max(0, below - window);
      rows.push(...statements.find.all(expression, below, from, limit - rows.length));
      below = from;
    }
    return rows;
  }

  return ({ user, words, rooms: given, before, limit }) => {
    const rooms = given ?? statements.roomsOf.all(user).map(({ name }) => string(name));
    const newest = Number(statements.newest.get()?.['number'] ?? 0);
    const below = before === undefined ? newest + 1 : numberAt(before, rooms);
    const expression = wordsExpression(words);
    if (rooms.length === 0 || expression === undefined) return { messages: [] };
    // One extra row shows whether there is a next page.
    const rows = rowsBelow(`${roomsExpression(rooms)} AND ${expression}`, below, limit + 1);
    const messages = rows.slice(0, limit).map(toMessage);
    const last = messages.at(-1);
    return rows.length > limit && last !== undefined ? { messages, next: `${last.seq}.${last.room}` } : { messages };
  };
}

function roomsExpression(rooms: readonly string[]): string {
  return `{room} : (${rooms.slice(0, searchedRooms).map(roomWord).map(quoted).join(' OR ')})`;
}

/** A word in the sense of FTS5: letters, digits, private-use characters, and their combining marks. */
const wordPattern = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;

/**
 * Returns the conjunction of all different words, or `undefined` if there are none. Never creates phrases, whose cost grows with the
 * positions of all their words.
 *
 * @throws BadSearch for too many words
 */
function wordsExpression(typed: string): string | undefined {
  const words = typed.toWellFormed().toLowerCase().match(wordPattern) ?? [];
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const whole = new Set(words.slice(0, -1));
  // Too many words start with any given letter for a prefix of one letter.
  const isPrefix = Array.from(last.normalize('NFD').replaceAll(/\p{M}/gu, '')).length > 1;
  // A word that also occurs earlier is not counted twice.
  if (whole.size + (whole.has(last) ? 0 : 1) > searchedWords) throw new BadSearch('too_many_words');
  const terms = [...whole].map(quoted);
  if (!whole.has(last)) terms.push(isPrefix ? `${quoted(last)} *` : quoted(last));
  return `{text} : (${terms.join(' AND ')})`;
}

/** Quotes a word as an FTS5 string (sqlite.org/fts5.html §3.1), so that it is never parsed as syntax. */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
