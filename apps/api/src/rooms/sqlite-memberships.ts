import type { DatabaseSync } from 'node:sqlite';
import type { Memberships } from '@usher/realtime/rooms';
import { type GroupCommit, Refused } from '../database/group-commit.ts';
import { string } from '../database/sqlite-values.ts';
import { unknownRoom } from './room-directory.ts';

export interface SqliteMembershipsOptions {
  /** Returns Unix milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
}

/** Memberships in SQLite. A membership and its read marker are one row. Changes are part of the next shared commit. */
export function createSqliteMemberships(
  sqlite: DatabaseSync,
  commit: GroupCommit,
  { now = Date.now }: SqliteMembershipsOptions = {},
): Memberships {
  const member = sqlite.prepare(
    'SELECT read_seq FROM rooms LEFT JOIN memberships ON room = name AND user_name = ? WHERE name = ? AND closed_at IS NULL',
  );
  const insert = sqlite.prepare(
    `INSERT INTO memberships (room, user_name, read_seq, joined_at)
     SELECT name, ?, seq, ? FROM rooms WHERE name = ? AND closed_at IS NULL ON CONFLICT DO NOTHING`,
  );
  const remove = sqlite.prepare('DELETE FROM memberships WHERE user_name = ? AND room = ?');
  const roomsOf = sqlite.prepare('SELECT room FROM memberships WHERE user_name = ?');

  /** @throws UnknownRoom */
  function isMember(room: string, user: string): boolean {
    const row = member.get(user, room);
    if (row === undefined) throw unknownRoom(room);
    return row['read_seq'] != null;
  }

  return {
    async add(room, user) {
      if (isMember(room, user)) return false;
      return commit.run(() => {
        if (insert.run(user, now(), room).changes === 1) return true;
        return member.get(user, room) === undefined ? new Refused(unknownRoom(room)) : false;
      });
    },

    async remove(room, user) {
      if (!isMember(room, user)) return false;
      return commit.run(() => remove.run(user, room).changes === 1);
    },

    // In a promise executor, so that exceptions become rejections.
    roomsOf: (user) =>
      new Promise((resolve) => {
        resolve(roomsOf.all(user).map((row) => string(row['room'])));
      }),
  };
}
