import { roomBounds } from '@usher/protocol/server';
import type { Pool, QueryResultRow } from 'pg';
import { UnknownRoom } from '../support/errors.ts';
import type { Memberships } from '../membership/memberships.ts';
import type { ReadMarkers, RoomUser, Unread } from '../membership/read-markers.ts';

/**
 * The maximum number of messages after a read marker that a count reads, newest first. Own messages are read but not counted, so this
 * bounds the cost for a user who sends many messages and reads none.
 */
const scannedMessages = 10 * roomBounds.unreadMessages;

const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)';

/**
 * SQL for the columns `count` and `mentions`: the unread messages of a user in a room after a read marker, up to
 * `roomBounds.unreadMessages`. The arguments are SQL expressions. Reads indexes only.
 */
export const unreadCounts = (marker: string, user: string, room: string): string => `
  (SELECT count(*) FROM (
    SELECT FROM (
      SELECT sender FROM usher.messages
      WHERE room = ${room} AND seq > ${marker} AND edits IS NULL AND deletes IS NULL AND deleted_at IS NULL
      ORDER BY seq DESC LIMIT ${scannedMessages}) latest
    WHERE sender <> ${user} LIMIT ${roomBounds.unreadMessages}) counted)::float8 AS count,
  (SELECT count(*) FROM (
    SELECT FROM usher.mentions
    WHERE user_name = ${user} AND room = ${room} AND seq > ${marker} LIMIT ${roomBounds.unreadMessages}) counted)::float8 AS mentions`;

const add = `
WITH head AS (SELECT room, seq FROM usher.room_heads WHERE room = $1),
  added AS (
    INSERT INTO usher.memberships (room, user_name, read_seq, joined_at)
    SELECT room, $2, seq, ${now} FROM head ON CONFLICT DO NOTHING RETURNING room)
SELECT (SELECT count(*)::int FROM head) AS rooms, (SELECT count(*)::int FROM added) AS changed`;

const remove = `
WITH removed AS (DELETE FROM usher.memberships WHERE room = $1 AND user_name = $2 RETURNING room)
SELECT (SELECT count(*)::int FROM usher.room_heads WHERE room = $1) AS rooms, (SELECT count(*)::int FROM removed) AS changed`;

/** Moves the marker forward, up to the head. `read_seq` is the marker afterwards; for a user who is not a member, the requested one. */
const advance = `
WITH moved AS (
    UPDATE usher.memberships m SET read_seq = greatest(m.read_seq, least($3, h.seq))
    FROM usher.room_heads h WHERE h.room = m.room AND m.room = $1 AND m.user_name = $2
    RETURNING m.read_seq),
  marker AS (
    SELECT h.seq, coalesce((SELECT read_seq FROM moved), least($3, h.seq)) AS read_seq
    FROM usher.room_heads h WHERE h.room = $1)
SELECT seq::float8, read_seq::float8 AS read, ${unreadCounts('marker.read_seq', '$2', '$1')} FROM marker`;

const unread = `
SELECT pair.number::int, h.seq::float8, m.read_seq::float8 AS read, ${unreadCounts('m.read_seq', 'm.user_name', 'm.room')}
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS pair (room, user_name, number)
JOIN usher.room_heads h ON h.room = pair.room
JOIN usher.memberships m ON m.room = pair.room AND m.user_name = pair.user_name`;

/** Memberships and read markers in PostgreSQL, in the tables of `createRoomTables`. Each call is one statement. */
export class PostgresMemberships implements Memberships, ReadMarkers {
  readonly #pool: Pool;

  /** @param pool see `PostgresHistoryOptions.pool` */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  add(room: string, user: string): Promise<boolean> {
    return this.#change('usher-add-member', add, room, user);
  }

  remove(room: string, user: string): Promise<boolean> {
    return this.#change('usher-remove-member', remove, room, user);
  }

  async roomsOf(user: string): Promise<readonly string[]> {
    const rows = await this.#query('usher-rooms-of', 'SELECT room FROM usher.memberships WHERE user_name = $1', [user]);
    return rows.map((row) => String(row['room']));
  }

  async advance(room: string, user: string, seq: number): Promise<Unread> {
    const [row] = await this.#query('usher-advance', advance, [room, user, seq]);
    if (row === undefined) throw unknown(room);
    return toUnread(row);
  }

  async unread(pairs: readonly RoomUser[]): Promise<readonly (Unread | undefined)[]> {
    if (pairs.length === 0) return [];
    const values = [pairs.map(({ room }) => room), pairs.map(({ user }) => user)];
    const found = new Map<number, Unread>();
    for (const row of await this.#query('usher-unread', unread, values))
      found.set(Number(row['number']), toUnread(row));
    return pairs.map((_, index) => found.get(index + 1));
  }

  async #change(name: string, text: string, room: string, user: string): Promise<boolean> {
    const [row] = await this.#query(name, text, [room, user]);
    if (row?.['rooms'] !== 1) throw unknown(room);
    return row['changed'] === 1;
  }

  async #query(name: string, text: string, values: unknown[]): Promise<QueryResultRow[]> {
    return (await this.#pool.query<QueryResultRow>({ name, text, values })).rows;
  }
}

function unknown(room: string): UnknownRoom {
  return new UnknownRoom(`no such room: ${room}`);
}

function toUnread(row: QueryResultRow): Unread {
  return {
    seq: Number(row['seq']),
    read: Number(row['read']),
    count: Number(row['count']),
    mentions: Number(row['mentions']),
  };
}
