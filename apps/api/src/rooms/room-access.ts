import type { DatabaseSync } from 'node:sqlite';
import { string } from '../database/sqlite-values.ts';

/** The facts about a room that a user's rights in it depend on. */
export interface RoomAccess {
  readonly private: boolean;
  /** The user who created the room. Never changes. */
  readonly owner: string;
  /** Whether the user is a member. */
  readonly member: boolean;
}

/**
 * Reads a room for a user. Costs the same for a room that does not exist as for one of which the user is not a member. Synchronous
 * where possible, because every message to a private room reads it.
 */
export type ReadRoomAccess = (room: string, user: string) => RoomAccess | undefined | Promise<RoomAccess | undefined>;

export function createRoomAccessReader(sqlite: DatabaseSync): ReadRoomAccess {
  const select = sqlite.prepare(
    `SELECT private, created_by, (SELECT 1 FROM memberships WHERE user_name = ? AND room = name) AS member
     FROM rooms WHERE name = ?`,
  );
  return (room, user) => {
    const row = select.get(user, room);
    if (row === undefined) return undefined;
    return { private: row['private'] !== 0, owner: string(row['created_by']), member: row['member'] === 1 };
  };
}
