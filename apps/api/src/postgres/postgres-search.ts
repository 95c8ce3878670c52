import { messageColumns, toMessage } from '@usher/realtime/postgres';
import type { Pool, QueryResultRow } from 'pg';
import {
  BadSearch,
  type FoundMessages,
  type Search,
  searchedRooms,
  searchedWords,
  type SearchFor,
} from '../rooms/search.ts';
import { withoutAccents, wordsIn } from '../rooms/words.ts';

const roomsOf = `
SELECT r.name FROM usher.memberships m JOIN usher.rooms r ON r.name = m.room
WHERE m.user_name = $1 ORDER BY r.last_at DESC LIMIT ${searchedRooms}`;

const numberOf = 'SELECT number FROM usher.messages WHERE room = $1 AND seq = $2';

const find = `
SELECT m.room, ${messageColumns('m')} FROM usher.messages m
WHERE m.room = ANY ($1) AND m.words @@ $2::tsquery AND m.number < $3
ORDER BY m.number DESC LIMIT $4`;

/**
 * Searches messages in PostgreSQL by the words that `searchableWords` stored with them. The words are split and folded here and not by a
 * text search configuration, so that the result does not depend on the locale of the database.
 */
export class PostgresSearch implements Search {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async find({ user, words, rooms: given, before, limit }: SearchFor): Promise<FoundMessages> {
    const rooms = (given ?? (await this.#roomsOf(user))).slice(0, searchedRooms);
    const below = before === undefined ? Number.MAX_SAFE_INTEGER : await this.#numberAt(before, rooms);
    const expression = wordsExpression(words);
    if (rooms.length === 0 || expression === undefined) return { messages: [] };
    // One extra row shows whether there is a next page.
    const { rows } = await this.#pool.query<QueryResultRow>(find, [rooms, expression, below, limit + 1]);
    const messages = rows.slice(0, limit).map(toMessage);
    const last = messages.at(-1);
    return rows.length > limit && last !== undefined ? { messages, next: `${last.seq}.${last.room}` } : { messages };
  }

  async #roomsOf(user: string): Promise<string[]> {
    const { rows } = await this.#pool.query<QueryResultRow>({
      name: 'usher-search-rooms',
      text: roomsOf,
      values: [user],
    });
    return rows.map((row) => String(row['name']));
  }

  /** The message number of a cursor. */
  async #numberAt(cursor: string, rooms: readonly string[]): Promise<number> {
    const [, seq = '', room = ''] = /^(\d{1,16})\.(.+)$/.exec(cursor) ?? [];
    // Only rooms of this search, so that the response does not reveal messages of other rooms.
    if (!rooms.includes(room)) throw new BadSearch('bad_cursor');
    const { rows } = await this.#pool.query<QueryResultRow>(numberOf, [room, seq]);
    if (rows[0] === undefined) throw new BadSearch('bad_cursor');
    return Number(rows[0]['number']);
  }
}

/** The longest lexeme that PostgreSQL stores, in bytes (postgresql.org/docs/current/textsearch-limitations.html), with a reserve. */
const maxWordBytes = 2_000;

/** Returns the words under which a message is found: in lower case, without accents, each once. */
export function searchableWords(text: string): readonly string[] {
  const words = wordsIn(text).map(withoutAccents);
  return [...new Set(words)].filter((word) => word !== '' && Buffer.byteLength(word) <= maxWordBytes);
}

/**
 * Returns a `tsquery` for all different words, or `undefined` if there are none. The last word is a prefix if it has more than one letter,
 * because too many words start with any given letter.
 *
 * @throws BadSearch for too many words
 */
function wordsExpression(typed: string): string | undefined {
  const words = wordsIn(typed)
    .map(withoutAccents)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const whole = new Set(words.slice(0, -1));
  // A word that also occurs earlier is not counted twice.
  if (whole.size + (whole.has(last) ? 0 : 1) > searchedWords) throw new BadSearch('too_many_words');
  const terms = [...whole].map(quoted);
  if (!whole.has(last)) terms.push(Array.from(last).length > 1 ? `${quoted(last)}:*` : quoted(last));
  return terms.join(' & ');
}

/** Quotes a word as a lexeme of a `tsquery`, so that it is never parsed as syntax. Words contain no quotes and backslashes. */
function quoted(word: string): string {
  return `'${word}'`;
}
