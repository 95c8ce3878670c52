import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { roomBounds } from '@usher/protocol/server';
import { type Marks, type Unread } from '@usher/realtime';
import { type GroupCommit, Refused } from '../database/group-commit.ts';
import { integer, type Row, string } from '../database/sqlite-values.ts';
import { unknownRoom } from './sqlite-rows.ts';

export interface StoredMarks extends Marks {
  /** What somebody has not read, by room, for all rooms of which they are a member. */
  unreadOf(user: string): Promise<ReadonlyMap<string, Unread>>;
}

export interface SqliteMarksOptions {
  readonly now?: () => number;
}

/**
 * Messages behind a mark that are looked at, the newest first. Those of oneself count for nothing and cost all the same, so
 * somebody who says a lot and reads nothing is not counted for beyond it.
 */
const looksAtMost = 10 * roomBounds.unreadMessages;

/** Members and their read marks in SQLite. A mark moves with the next shared commit, so that many readers cost what one does. */
export function createSqliteMarks(
  sqlite: DatabaseSync,
  commit: GroupCommit,
  { now = Date.now }: SqliteMarksOptions = {},
): StoredMarks {
  const statements = prepare(sqlite);

  /** @throws UnknownRoom */
  function markOf(room: string, user: string): { readonly seq: number; readonly read: number | undefined } {
    const row = statements.mark.get(user, room);
    if (row === undefined) throw unknownRoom(room);
    return { seq: integer(row['seq']), read: row['read_seq'] == null ? undefined : integer(row['read_seq']) };
  }

  return {
    async enter(room, user) {
      if (markOf(room, user).read !== undefined) return false;
      return commit.run(() => {
        if (statements.enter.run(user, now(), room).changes === 1) return true;
        return statements.mark.get(user, room) === undefined ? new Refused(unknownRoom(room)) : false;
      });
    },

    async leave(room, user) {
      if (markOf(room, user).read === undefined) return false;
      return commit.run(() => statements.leave.run(user, room).changes === 1);
    },

    // Executors, so that what is thrown becomes a rejection.
    roomsOf: (user) =>
      new Promise((resolve) => {
        resolve(statements.roomsOf.all(user).map((row) => string(row['room'])));
      }),

    async read(room, user, seq) {
      const mark = markOf(room, user);
      const wanted = Math.min(seq, mark.seq);
      let { read } = mark;
      if (read !== undefined && read < wanted) {
        await commit.run(() => {
          statements.move.run(wanted, user, room, wanted);
        });
        // Another device may have gone further meanwhile.
        ({ read } = markOf(room, user));
      }
      return toUnread(statements.countFrom.get({ room, user, read: read ?? wanted, ...bounds }) ?? {});
    },

    unread: (room, users) =>
      new Promise((resolve) => {
        if (statements.mark.get('', room) === undefined) throw unknownRoom(room);
        const counts = new Map<string, Unread>();
        for (const user of users) {
          const row = statements.countOf.get({ room, user, ...bounds });
          if (row !== undefined) counts.set(user, toUnread(row));
        }
        resolve(counts);
      }),

    unreadOf: (user) =>
      new Promise((resolve) => {
        const counts = new Map<string, Unread>();
        for (const row of statements.countAll.iterate({ user, ...bounds })) {
          counts.set(string(row['room']), toUnread(row));
        }
        resolve(counts);
      }),
  };
}

/**
 * What is unread of `rooms.name` for `$user` behind a mark. Both counts stop at their bound, and each reads nothing but an index.
 */
function unreadCounts(mark: string): string {
  return `
    (SELECT count(*) FROM (
      SELECT 1 FROM (
        SELECT sender FROM messages
        WHERE messages.room = rooms.name AND messages.seq > ${mark}
          AND edits IS NULL AND deletes IS NULL AND deleted_at IS NULL
        ORDER BY messages.seq DESC LIMIT $looks)
      WHERE sender <> $user LIMIT $most)) AS unread,
    (SELECT count(*) FROM (
      SELECT 1 FROM mentions
      WHERE mentions.user_name = $user AND mentions.room = rooms.name AND mentions.seq > ${mark}
      LIMIT $most)) AS mentioned`;
}

const countForMembers = `
  SELECT memberships.room, rooms.seq, read_seq, ${unreadCounts('read_seq')}
  FROM memberships CROSS JOIN rooms ON rooms.name = memberships.room
  WHERE memberships.user_name = $user`;

const bounds = { most: roomBounds.unreadMessages, looks: looksAtMost };

function toUnread(row: Row): Unread {
  return {
    seq: integer(row['seq']),
    read: integer(row['read_seq']),
    count: integer(row['unread']),
    mentions: integer(row['mentioned']),
  };
}

function prepare(
  sqlite: DatabaseSync,
): Record<'mark' | 'enter' | 'leave' | 'roomsOf' | 'move' | 'countFrom' | 'countOf' | 'countAll', StatementSync> {
  return {
    mark: sqlite.prepare(
      'SELECT seq, read_seq FROM rooms LEFT JOIN memberships ON room = name AND user_name = ? WHERE name = ?',
    ),
    enter: sqlite.prepare(
      `INSERT INTO memberships (room, user_name, read_seq, joined_at)
       SELECT name, ?, seq, ? FROM rooms WHERE name = ? ON CONFLICT DO NOTHING`,
    ),
    leave: sqlite.prepare('DELETE FROM memberships WHERE user_name = ? AND room = ?'),
    roomsOf: sqlite.prepare('SELECT room FROM memberships WHERE user_name = ?'),
    move: sqlite.prepare('UPDATE memberships SET read_seq = ? WHERE user_name = ? AND room = ? AND read_seq < ?'),
    countFrom: sqlite.prepare(
      `SELECT rooms.seq, $read AS read_seq, ${unreadCounts('$read')} FROM rooms WHERE name = $room`,
    ),
    countOf: sqlite.prepare(`${countForMembers} AND memberships.room = $room`),
    countAll: sqlite.prepare(countForMembers),
  };
}
