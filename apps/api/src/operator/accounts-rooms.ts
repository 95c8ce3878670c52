import type { OperatorRoom, OperatorRooms, OperatorRoomsQuery } from '@usher/operator-api';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { escapeLike } from './like.ts';

const defaultLimit = 50;
const rateMinutes = 5;
/** Messages of a room that are counted for its rate, which bounds the cost of the query. */
const countedMessages = 1_000;

interface RoomRow {
  readonly name: string;
  readonly title: string;
  readonly private: number;
  readonly archived_at: number | null;
  readonly created_by: string;
  readonly seq: number;
  readonly last_at: number;
  readonly recent: number | null;
}

/** Lists of all rooms, including private ones, for operators. Closed rooms are not listed. */
export class RoomQueries {
  readonly #db: Kysely<Tables>;
  readonly #now: () => number;

  /** @param now Unix milliseconds */
  constructor(db: Kysely<Tables>, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** @throws HttpProblem 400 `bad_request` for an invalid cursor */
  async list({ q, order = 'recent', cursor, limit = defaultLimit }: OperatorRoomsQuery): Promise<OperatorRooms> {
    let found = this.#db.selectFrom('rooms').where('closed_at', 'is', null);
    if (q !== undefined && q !== '') {
      const text = escapeLike(q.toLowerCase());
      found = found.where(
        sql<boolean>`(name LIKE ${`${text}%`} ESCAPE '!' OR lower(title) LIKE ${`%${text}%`} ESCAPE '!')`,
      );
    }
    const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const since = this.#now() - rateMinutes * 60_000;
    let page = found
      .select(['name', 'title', 'private', 'archived_at', 'created_by', 'seq', 'last_at'])
      .select((from) =>
        from
          .selectFrom(
            from
              .selectFrom('messages')
              .select('messages.at')
              .whereRef('messages.room', '=', 'rooms.name')
              .orderBy('messages.seq', 'desc')
              .limit(countedMessages)
              .as('latest'),
          )
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('latest.at', '>', since)
          .as('recent'),
      );
    if (order === 'name') {
      if (cursor !== undefined) page = page.where('name', '>', cursor);
      page = page.orderBy('name');
    } else {
      if (cursor !== undefined) {
        const { at, name } = positionOf(cursor);
        page = page.where(sql<boolean>`(last_at, name) < (${at}, ${name})`);
      }
      page = page.orderBy('last_at', 'desc').orderBy('name', 'desc');
    }
    // One extra row shows whether there is a next page.
    const rows = await page.limit(limit + 1).execute();
    const shown = rows.slice(0, limit);
    const rooms = await this.#toRooms(shown);
    const last = shown.at(-1);
    if (rows.length <= limit || last === undefined) return { rooms, total };
    return { rooms, total, next: order === 'name' ? last.name : `${last.last_at}:${last.name}` };
  }

  async #toRooms(rows: readonly RoomRow[]): Promise<OperatorRoom[]> {
    if (rows.length === 0) return [];
    const counts = await this.#db
      .selectFrom('memberships')
      .select(({ fn }) => ['room', fn.countAll<number>().as('members')])
      .where(
        'room',
        'in',
        rows.map(({ name }) => name),
      )
      .groupBy('room')
      .execute();
    const members = new Map(counts.map((row) => [row.room, row.members]));
    return rows.map((row) => ({
      room: row.name,
      title: row.title,
      private: row.private !== 0,
      archived: row.archived_at !== null,
      owner: row.created_by,
      members: members.get(row.name) ?? 0,
      seq: row.seq,
      at: row.last_at,
      messagesPerMinute: (row.recent ?? 0) / rateMinutes,
    }));
  }
}

/** @throws HttpProblem 400 `bad_request` */
function positionOf(cursor: string): { readonly at: number; readonly name: string } {
  const [, at, name] = /^(\d{1,15}):([a-z0-9-]{1,64})$/.exec(cursor) ?? [];
  if (at !== undefined && name !== undefined) return { at: Number(at), name };
  throw new HttpProblem('bad_request', { detail: 'querystring/cursor: must be the next of the previous page' });
}
