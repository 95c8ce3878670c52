import type { DatabaseSync } from 'node:sqlite';
import { string } from '../database/sqlite-values.ts';

/** All of a room that a person's rights in it depend on. */
export interface RoomStanding {
  readonly private: boolean;
  /** Who made it: it is theirs for good. */
  readonly owner: string;
  /** Whether the person is a member. */
  readonly member: boolean;
}

/**
 * Looks a room up for a person, at this very moment. Costs the same for a room that is not there as for one of which they are no
 * member. Where it can be told at once it is not a promise, since it is asked at every message of a private room.
 */
export type LookAtRoom = (room: string, user: string) => RoomStanding | undefined | Promise<RoomStanding | undefined>;

export function createSqliteLook(sqlite: DatabaseSync): LookAtRoom {
  const look = sqlite.prepare(
    `SELECT private, created_by, (SELECT 1 FROM memberships WHERE user_name = ? AND room = name) AS member
     FROM rooms WHERE name = ?`,
  );
  return (room, user) => {
    const row = look.get(user, room);
    if (row === undefined) return undefined;
    return { private: row['private'] !== 0, owner: string(row['created_by']), member: row['member'] === 1 };
  };
}
