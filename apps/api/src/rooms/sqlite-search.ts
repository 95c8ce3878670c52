import type { DatabaseSync } from 'node:sqlite';
import { codePoints } from '../users/code-points.ts';
import { BadCursor, type FoundMessages, type Search, searchedRooms, type SearchFor } from './search.ts';
import { integer } from '../database/sqlite-values.ts';
import { messageColumns, toMessage } from './sqlite-rows.ts';
import { roomWord } from '../database/text-index.ts';

/**
 * Search in FTS5 (see `database/text-index.ts`). It tells words apart by what is no letter or digit, so a text without spaces (Chinese,
 * Japanese, Thai) is found by its beginning only.
 */
export function createSqliteSearch(sqlite: DatabaseSync): Search {
  const statements = {
    numberOf: sqlite.prepare('SELECT number FROM messages WHERE room = ? AND seq = ?'),
    find: sqlite.prepare(`
      SELECT ${messageColumns} FROM message_texts CROSS JOIN messages ON messages.number = message_texts.rowid
      WHERE message_texts MATCH ? AND message_texts.rowid < ? ORDER BY message_texts.rowid DESC LIMIT ?`),
  };

  function find({ words, rooms, before, limit }: SearchFor): FoundMessages {
    const below = before === undefined ? Number.MAX_SAFE_INTEGER : numberAt(before, rooms);
    const looked = wordsExpression(words);
    if (rooms.length === 0 || looked === undefined) return { messages: [] };
    // One more than is wanted tells whether there are more.
    const rows = statements.find.all(`${roomsExpression(rooms)} AND ${looked}`, below, limit + 1);
    const messages = rows.slice(0, limit).map(toMessage);
    const last = messages.at(-1);
    return rows.length > limit && last !== undefined ? { messages, next: `${last.seq}.${last.room}` } : { messages };
  }

  /** The place of a cursor in the order of arrival: that of the message that it names. */
  function numberAt(cursor: string, rooms: readonly string[]): number {
    const [, seq = '', room = ''] = /^(\d{1,16})\.(.+)$/.exec(cursor) ?? [];
    // Of a room that one may not look into, not even this is told: whether it has such a message.
    const row = rooms.includes(room) ? statements.numberOf.get(room, Number(seq)) : undefined;
    if (row === undefined) throw new BadCursor('this is the next page of no page of this search');
    return integer(row['number']);
  }

  return {
    // An executor turns what is thrown into a rejection.
    find: (query) =>
      new Promise((resolve) => {
        resolve(find(query));
      }),
  };
}

function roomsExpression(rooms: readonly string[]): string {
  return `{room} : (${rooms.slice(0, searchedRooms).map(roomWord).map(quoted).join(' OR ')})`;
}

/** As FTS5 knows letters and digits; marks belong to the letter before them. */
const lastWord = /([\p{L}\p{N}\p{Co}\p{M}]+)[^\p{L}\p{N}\p{Co}\p{M}]*$/u;

/** `undefined` where there is no word in it. */
function wordsExpression(typed: string): string | undefined {
  // A text ends at a NUL for SQLite, and half a character is none.
  const words = typed
    .toWellFormed()
    .replaceAll('\0', ' ')
    .split(/\s+/u)
    .filter((word) => lastWord.test(word));
  const [, last = ''] = lastWord.exec(words.at(-1) ?? '') ?? [];
  if (words.length === 0) return undefined;
  // Single letters begin too many words to be looked up as beginnings.
  const beginning = codePoints(last.normalize('NFD').replaceAll(/\p{M}/gu, '')).length > 1;
  return `{text} : (${words.map(quoted).join(' ')}${beginning ? ' *' : ''})`;
}

/** A string of FTS5: whatever stands in it is looked for and never understood (sqlite.org/fts5.html §3.1). */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
