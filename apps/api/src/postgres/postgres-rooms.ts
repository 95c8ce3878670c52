import type { Room } from '@usher/chat-api';
import { unreadCounts } from '@usher/realtime/postgres';
import type { Pool, QueryResultRow } from 'pg';
import { BadRoomCursor, listedOwnRooms, type RoomListQuery, type RoomPage } from '../rooms/room-list.ts';
import type { RoomAccess, RoomAccessReader } from '../rooms/room-directory.ts';

const columns = 'r.name, r.title, r.private, r.seq, r.last_at, r.created_by, r.archived_at';

const own = `
SELECT ${columns}, m.read_seq, ${unreadCounts('m.read_seq', 'm.user_name', 'm.room')}
FROM (
  SELECT m.* FROM usher.memberships m JOIN usher.rooms r ON r.name = m.room
  WHERE m.user_name = $1 ORDER BY r.last_at DESC LIMIT ${listedOwnRooms}) m
JOIN usher.rooms r ON r.name = m.room
ORDER BY r.title, r.name`;

const others = (condition: string): string => `
SELECT ${columns} FROM usher.rooms r
WHERE ${condition} r.closed_at IS NULL AND (r.title, r.name) > ($2, $3)
  AND NOT EXISTS (SELECT FROM usher.memberships m WHERE m.user_name = $1 AND m.room = r.name)
ORDER BY r.title, r.name LIMIT $4`;

const publicOthers = others('r.private = 0 AND');
const allOthers = others('');

const position = `
SELECT r.title, r.private, EXISTS (SELECT FROM usher.memberships m WHERE m.user_name = $1 AND m.room = r.name) AS member
FROM usher.rooms r WHERE r.name = $2 AND r.closed_at IS NULL`;

const access = `
SELECT r.private, r.created_by, EXISTS (SELECT FROM usher.memberships m WHERE m.user_name = $2 AND m.room = r.name) AS member
FROM usher.rooms r WHERE r.name = $1 AND r.closed_at IS NULL`;

/** Reads the access of users to rooms from PostgreSQL with one statement. */
export class PostgresRoomAccessReader implements RoomAccessReader {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async lookUp(room: string, user: string): Promise<RoomAccess | undefined> {
    const values = [room, user];
    const { rows } = await this.#pool.query<QueryResultRow>({ name: 'usher-access', text: access, values });
    const [row] = rows;
    if (row === undefined) return undefined;
    return { private: row['private'] !== 0, owner: String(row['created_by']), member: row['member'] === true };
  }
}

/** Reads room lists from PostgreSQL. Titles are compared by code points (collation "C"). */
export class PostgresRoomList {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Resolves to the JSON of a `RoomPage`, in UTF-8. Rejects with `BadRoomCursor`. */
  async list(query: RoomListQuery): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify(await this.page(query)));
  }

  /** @throws BadRoomCursor */
  async page(query: RoomListQuery): Promise<RoomPage> {
    const { user, admin, limit, cursor } = query;
    const at = cursor === undefined ? { title: '', name: '' } : await this.#positionOf(query, cursor);
    const toRoom = (row: QueryResultRow): Room => {
      const isMember = row['read_seq'] !== undefined;
      const seq = Number(row['seq']);
      const isPrivate = row['private'] !== 0;
      return {
        room: String(row['name']),
        title: String(row['title']),
        private: isPrivate,
        ...(row['archived_at'] === null ? {} : { archived: true }),
        seq,
        at: Number(row['last_at']),
        // Non-members have no unread messages. The read marker of a new member starts at the end of the room.
        unread: isMember ? Number(row['count']) : 0,
        read: isMember ? Number(row['read_seq']) : seq,
        mentions: isMember ? Number(row['mentions']) : 0,
        isMember,
        canManage: isPrivate && (admin || row['created_by'] === user),
      };
    };
    const [ownRows, otherRows] = await Promise.all([
      cursor === undefined ? this.#query('usher-own-rooms', own, [user]) : [],
      // One extra row shows whether there is a next page.
      this.#query(admin ? 'usher-all-rooms' : 'usher-public-rooms', admin ? allOthers : publicOthers, [
        ...[user, at.title, at.name],
        limit + 1,
      ]),
    ]);
    const page = otherRows.slice(0, limit).map(toRoom);
    const last = page.at(-1);
    const rooms = [...ownRows.map(toRoom), ...page];
    return otherRows.length > limit && last !== undefined ? { rooms, next: last.room } : { rooms };
  }

  async #positionOf(
    { user, admin }: RoomListQuery,
    cursor: string,
  ): Promise<{ readonly title: string; readonly name: string }> {
    const [row] = await this.#query('usher-position', position, [user, cursor]);
    // A room that the user may not see causes the same error as an unknown one.
    if (row === undefined || (row['private'] !== 0 && row['member'] !== true && !admin)) {
      throw new BadRoomCursor('the cursor is not the next of a page');
    }
    return { title: String(row['title']), name: cursor };
  }

  async #query(name: string, text: string, values: unknown[]): Promise<QueryResultRow[]> {
    return (await this.#pool.query<QueryResultRow>({ name, text, values })).rows;
  }
}
