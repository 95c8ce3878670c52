import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { roomBounds } from '@usher/protocol/server';
import type { Marks, Unread } from '@usher/realtime';
import { LRUCache } from 'lru-cache';
import { type GroupCommit, Refused } from '../database/group-commit.ts';
import { integer, type Row, string } from '../database/sqlite-values.ts';
import { createTurns } from './turns.ts';
import { unreadCounts, type UnreadBounds } from './unread-counts.ts';
import { unknownRoom } from './room-directory.ts';

export interface SqliteMarksOptions {
  readonly now?: () => number;
}

export const unreadBounds: UnreadBounds = { max: roomBounds.unreadMessages, scanned: 10 * roomBounds.unreadMessages };

/** Cached counts: one per user and room. */
const cachedCounts = 10_000;

/** Maximum counts per event-loop turn. Each may read `unreadBounds.scanned` index entries. */
const countsPerTurn = 10;

/** The `read` calls of one user and room that wait for the same commit. */
interface PendingRead {
  seq: number;
  readonly unread: Promise<Unread>;
}

/**
 * Memberships and read markers in SQLite. Markers move with the next shared commit. All `read` calls of one user and room that wait for
 * the same commit cause one move and one count. Counts are cached until the room or the marker changes.
 */
export function createSqliteMarks(
  sqlite: DatabaseSync,
  commit: GroupCommit,
  { now = Date.now }: SqliteMarksOptions = {},
): Marks {
  const statements = prepare(sqlite);

  /** @throws UnknownRoom */
  function markOf(room: string, user: string): { readonly seq: number; readonly read: number | undefined } {
    const row = statements.mark.get(user, room);
    if (row === undefined) throw unknownRoom(room);
    return { seq: integer(row['seq']), read: row['read_seq'] == null ? undefined : integer(row['read_seq']) };
  }

  const reads = new Map<string, PendingRead>();
  const counts = new LRUCache<string, Unread>({ max: cachedCounts });
  const turns = createTurns(countsPerTurn);

  /** @param done closes the group. Later reads start a new one. */
  async function moveAndCount(room: string, user: string, group: PendingRead, done: () => void): Promise<Unread> {
    try {
      let mark = markOf(room, user);
      if (mark.read !== undefined && mark.read < Math.min(group.seq, mark.seq)) {
        await commit.run(() => {
          // The group is closed only now, so that reads can join it as long as possible.
          done();
          const target = Math.min(group.seq, markOf(room, user).seq);
          statements.move.run(target, user, room, target);
        });
        mark = markOf(room, user);
      }
      return await count(room, user, mark.seq, mark.read ?? Math.min(group.seq, mark.seq));
    } finally {
      done();
    }
  }

  /** The count depends only on the last sequence and the marker, because each change of a message takes a sequence. */
  async function count(room: string, user: string, seq: number, read: number): Promise<Unread> {
    if (read >= seq) return { seq, read, count: 0, mentions: 0 };
    const key = `${room} ${user}`;
    const known = counts.get(key);
    if (known?.seq === seq && known.read === read) return known;
    await turns.take();
    const unread = toUnread(statements.countFrom.get({ room, user, read, ...unreadBounds }) ?? {});
    counts.set(key, unread);
    return unread;
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

    // In a promise executor, so that exceptions become rejections.
    roomsOf: (user) =>
      new Promise((resolve) => {
        resolve(statements.roomsOf.all(user).map((row) => string(row['room'])));
      }),

    read(room, user, seq) {
      const key = `${room} ${user}`;
      const pending = reads.get(key);
      if (pending !== undefined) {
        pending.seq = Math.max(pending.seq, seq);
        return pending.unread;
      }
      const group: PendingRead = {
        seq,
        unread: Promise.resolve().then(() =>
          moveAndCount(room, user, group, () => {
            if (reads.get(key) === group) reads.delete(key);
          }),
        ),
      };
      reads.set(key, group);
      return group.unread;
    },

    unread: (room, users) =>
      new Promise((resolve) => {
        if (statements.mark.get('', room) === undefined) throw unknownRoom(room);
        const counts = new Map<string, Unread>();
        for (const user of users) {
          const row = statements.countOf.get({ room, user, ...unreadBounds });
          if (row !== undefined) counts.set(user, toUnread(row));
        }
        resolve(counts);
      }),
  };
}

const countForMembers = `
  SELECT memberships.room, rooms.seq, read_seq, ${unreadCounts('read_seq')}
  FROM memberships CROSS JOIN rooms ON rooms.name = memberships.room
  WHERE memberships.user_name = $user`;

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
): Record<'mark' | 'enter' | 'leave' | 'roomsOf' | 'move' | 'countFrom' | 'countOf', StatementSync> {
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
  };
}
