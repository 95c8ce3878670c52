import { withDeadline } from '../support/deadline.ts';

/** The unread messages of a user in a room. */
export interface Unread {
  /** The room's last sequence number. */
  readonly seq: number;
  /** The user's read marker. */
  readonly read: number;
  /** Messages of other users after `read`, without edits and deletions. Counted up to `roomBounds.unreadMessages`. */
  readonly count: number;
  /** The messages among them that mention the user (`mentionsIn`). */
  readonly mentions: number;
}

/** One user in one room. */
export interface RoomUser {
  readonly room: string;
  readonly user: string;
}

/**
 * The read markers of members, durable and shared by all devices of a user. `Memberships.add` creates a marker at the end of the
 * room and `Memberships.remove` deletes it.
 *
 * Every implementation guarantees:
 * - A read marker only moves forward, and never beyond the room's last message, even with concurrent calls.
 * - The effect of a resolved call is visible to every later call on any node. A count includes every message that was durable when
 *   the call began.
 * - Counting takes time proportional to the unread messages, up to the bound, not to the room.
 * - An unavailable store rejects with its own error. Calls succeed again as soon as the store is available.
 * - A call should settle within 2 seconds. Callers do not wait longer (`RoomsOptions.storeTimeoutMs`).
 */
export interface ReadMarkers {
  /**
   * Advances a read marker. For a user who is not a member, nothing is stored.
   *
   * @param seq the sequence number of the last message that the user has read
   * @returns the remaining unread messages. Rejects with `UnknownRoom` if the room does not exist.
   */
  advance(room: string, user: string, seq: number): Promise<Unread>;
  /**
   * Counts the unread messages of several users in several rooms with one query.
   *
   * @returns one entry per pair, in the same order; `undefined` for a user who is not a member and for an unknown room
   */
  unread(pairs: readonly RoomUser[]): Promise<readonly (Unread | undefined)[]>;
}

/** Read markers whose calls reject with `StoreTimeout` after `ms` milliseconds. */
export function limitReadMarkers(readMarkers: ReadMarkers, ms: number): ReadMarkers {
  return {
    advance: (room, user, seq) => withDeadline('readMarkers.advance', () => readMarkers.advance(room, user, seq), ms),
    unread: (pairs) => withDeadline('readMarkers.unread', () => readMarkers.unread(pairs), ms),
  };
}
