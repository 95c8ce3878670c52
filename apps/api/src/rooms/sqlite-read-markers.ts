import type { DatabaseSync } from 'node:sqlite';
import { roomBounds } from '@usher/protocol/server';
import type { ReadMarkers, Unread } from '@usher/realtime/rooms';
import { LRUCache } from 'lru-cache';
import type { GroupCommit } from '../database/group-commit.ts';
import { integer, type Row } from '../database/sqlite-values.ts';
import { createTurns } from './turns.ts';
import { unreadCounts, type UnreadBounds } from './unread-counts.ts';
import { unknownRoom } from './room-directory.ts';

export const unreadBounds: UnreadBounds = { max: roomBounds.unreadMessages, scanned: 10 * roomBounds.unreadMessages };

/** Cached counts: one per user and room. */
const cachedCounts = 10_000;

/** Maximum counts per event-loop turn. Each may read `unreadBounds.scanned` index entries. */
const countsPerTurn = 10;

/** The `advance` calls of one user and room that wait for the same commit. */
interface PendingRead {
  seq: number;
  readonly unread: Promise<Unread>;
}

/**
 * Read markers in SQLite, in the rows of the memberships. Markers move with the next shared commit. All `advance` calls of one user and
 * room that wait for the same commit cause one move and one count. Their counts are cached until the room or the marker changes.
 */
export function createSqliteReadMarkers(sqlite: DatabaseSync, commit: GroupCommit): ReadMarkers {
  const statements = prepare(sqlite);

  /** @throws UnknownRoom */
  function markerOf(room: string, user: string): { readonly seq: number; readonly read: number | undefined } {
    const row = statements.marker.get(user, room);
    if (row === undefined) throw unknownRoom(room);
    return { seq: integer(row['seq']), read: row['read_seq'] == null ? undefined : integer(row['read_seq']) };
  }

  const reads = new Map<string, PendingRead>();
  const counts = new LRUCache<string, Unread>({ max: cachedCounts });
  const turns = createTurns(countsPerTurn);

  /** @param done closes the group. Later reads start a new one. */
  async function moveAndCount(room: string, user: string, group: PendingRead, done: () => void): Promise<Unread> {
    try {
      let marker = markerOf(room, user);
      if (marker.read !== undefined && marker.read < Math.min(group.seq, marker.seq)) {
        await commit.run(() => {
          // The group is closed only now, so that reads can join it as long as possible.
          done();
          const target = Math.min(group.seq, markerOf(room, user).seq);
          statements.move.run(target, user, room, target);
        });
        marker = markerOf(room, user);
      }
      return await count(room, user, marker.seq, marker.read ?? Math.min(group.seq, marker.seq));
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
    advance(room, user, seq) {
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

    // In a promise executor, so that exceptions become rejections.
    unread: (pairs) =>
      new Promise((resolve) => {
        const unread = Array.from<Unread | undefined>({ length: pairs.length });
        const list = JSON.stringify(pairs.map(({ room, user }) => [room, user]));
        for (const row of statements.countAll.all({ pairs: list, ...unreadBounds })) {
          unread[integer(row['pair'])] = toUnread(row);
        }
        resolve(unread);
      }),
  };
}

function toUnread(row: Row): Unread {
  return {
    seq: integer(row['seq']),
    read: integer(row['read_seq']),
    count: integer(row['unread']),
    mentions: integer(row['mentioned']),
  };
}

function prepare(sqlite: DatabaseSync) {
  return {
    marker: sqlite.prepare(
      'SELECT seq, read_seq FROM rooms LEFT JOIN memberships ON room = name AND user_name = ? WHERE name = ?',
    ),
    move: sqlite.prepare('UPDATE memberships SET read_seq = ? WHERE user_name = ? AND room = ? AND read_seq < ?'),
    countFrom: sqlite.prepare(
      `SELECT rooms.seq, $read AS read_seq, ${unreadCounts('$read', '$user')} FROM rooms WHERE name = $room`,
    ),
    countAll: sqlite.prepare(`
      SELECT pairs.key AS pair, rooms.seq, read_seq, ${unreadCounts('read_seq', 'memberships.user_name')}
      FROM json_each($pairs) AS pairs
      CROSS JOIN memberships
        ON memberships.user_name = pairs.value ->> 1 AND memberships.room = pairs.value ->> 0
      CROSS JOIN rooms ON rooms.name = memberships.room`),
  };
}
