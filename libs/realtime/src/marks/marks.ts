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

/**
 * Memberships and read markers, durable and shared by all devices of a user.
 *
 * Every implementation guarantees:
 * - A read marker only moves forward, and never beyond the room's last message, even with concurrent calls.
 * - The effect of a resolved call is visible to every later call on any node. A count includes every message that was durable when
 *   the call began.
 * - Counting takes time proportional to the unread messages, up to the bound, not to the room.
 * - An unknown room rejects with `UnknownRoom`. An unavailable store rejects with its own error.
 */
export interface Marks {
  /** Makes a user a member, with the read marker at the end of the room. Resolves to `false` if the user already was a member. */
  enter(room: string, user: string): Promise<boolean>;
  /** Ends a membership and deletes its read marker. Resolves to `false` if there was none. */
  leave(room: string, user: string): Promise<boolean>;
  /** Resolves to the rooms that a user is a member of. */
  roomsOf(user: string): Promise<readonly string[]>;
  /** Advances a read marker and resolves to the remaining unread messages. For a user who is not a member, nothing is stored. */
  read(room: string, user: string, seq: number): Promise<Unread>;
  /** Resolves to the unread messages of these users. Users who are not members are omitted. */
  unread(room: string, users: readonly string[]): Promise<ReadonlyMap<string, Unread>>;
}
