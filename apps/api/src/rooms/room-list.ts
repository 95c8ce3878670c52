import type { DatabaseSync } from 'node:sqlite';
import type { Room } from '@usher/chat-api';
import { integer, type Row, string } from '../database/sqlite-values.ts';
import { type UnreadBounds, unreadCounts } from './unread-counts.ts';

export interface RoomListQuery {
  readonly user: string;
  /** Admins also get private rooms of which they are not a member. */
  readonly admin: boolean;
  /** The `next` of the previous page. */
  readonly cursor?: string;
  /** Maximum rooms of which the user is not a member. The first page also contains all of the user's own rooms. */
  readonly limit: number;
}

export interface RoomPage {
  readonly rooms: readonly Room[];
  /** The `cursor` of the next page. Absent on the last page. */
  readonly next?: string;
}

/** The `cursor` is not the `next` of a page of this user. */
export class BadRoomCursor extends Error {
  override readonly name = 'BadRoomCursor';
}

/** Maximum own rooms in a list. The rooms with the latest messages have precedence. */
export const listedOwnRooms = 5_000;

/**
 * Reads room lists from SQLite. Synchronous, because it runs on a worker thread (see `room-reader.ts`). A page of other rooms costs one
 * index lookup per listed room and per own room in its range.
 *
 * @throws BadRoomCursor
 */
export function createSqliteRoomList(sqlite: DatabaseSync, bounds: UnreadBounds): (query: RoomListQuery) => RoomPage {
  const columns =
    'rooms.name, rooms.title, rooms.private, rooms.seq, rooms.last_at, rooms.created_by, rooms.archived_at';
  const own = sqlite.prepare(`
    SELECT ${columns}, own.read_seq, ${unreadCounts('own.read_seq', '$user')}
    FROM (
      SELECT memberships.room, memberships.read_seq FROM memberships CROSS JOIN rooms ON rooms.name = memberships.room
      WHERE memberships.user_name = $user ORDER BY rooms.last_at DESC LIMIT ${listedOwnRooms}) AS own
    CROSS JOIN rooms ON rooms.name = own.room`);
  const others = (condition: string, index: string) =>
    sqlite.prepare(`
      SELECT ${columns} FROM rooms INDEXED BY ${index}
      WHERE ${condition} closed_at IS NULL AND (title, name) > ($title, $name)
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE user_name = $user AND room = rooms.name)
      ORDER BY title, name LIMIT $limit`);
  const publicOthers = others('private = 0 AND', 'public_rooms_by_title');
  const allOthers = others('', 'rooms_by_title');
  const at = sqlite.prepare(`
    SELECT title, private, (SELECT 1 FROM memberships WHERE user_name = $user AND room = $room) AS member
    FROM rooms WHERE name = $room AND closed_at IS NULL`);

  function positionOf({ user, admin, cursor: room }: RoomListQuery): { readonly title: string; readonly name: string } {
    if (room === undefined) return { title: '', name: '' };
    const row = at.get({ user, room });
    // A room that the user may not see causes the same error as an unknown one.
    if (row === undefined || (row['private'] !== 0 && row['member'] !== 1 && !admin)) {
      throw new BadRoomCursor('the cursor is not the next of a page');
    }
    return { title: string(row['title']), name: room };
  }

  return (query) => {
    const { user, admin, limit } = query;
    const position = positionOf(query);
    const toRoom = (row: Row): Room => {
      const isMember = row['read_seq'] !== undefined;
      const seq = integer(row['seq']);
      const isPrivate = row['private'] !== 0;
      return {
        room: string(row['name']),
        title: string(row['title']),
        private: isPrivate,
        ...(row['archived_at'] === null ? {} : { archived: true }),
        seq,
        at: integer(row['last_at']),
        // Non-members have no unread messages. The read marker of a new member starts at the end of the room.
        unread: isMember ? integer(row['unread']) : 0,
        read: isMember ? integer(row['read_seq']) : seq,
        mentions: isMember ? integer(row['mentioned']) : 0,
        isMember,
        canManage: isPrivate && (admin || row['created_by'] === user),
      };
    };
    const rooms =
      query.cursor === undefined
        ? own
            .all({ user, ...bounds })
            .map(toRoom)
            .sort(byTitle)
        : [];
    // One extra row shows whether there is a next page.
    const rows = (admin ? allOthers : publicOthers).all({ user, ...position, limit: limit + 1 });
    const page = rows.slice(0, limit).map(toRoom);
    const last = page.at(-1);
    rooms.push(...page);
    return rows.length > limit && last !== undefined ? { rooms, next: last.room } : { rooms };
  };
}

/** Compares code units, like the binary collation of the database. */
function byTitle(one: Room, other: Room): number {
  return compare(one.title, other.title) || compare(one.room, other.room);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
