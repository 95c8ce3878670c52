import { withDeadline } from '../support/deadline.ts';

/**
 * Which users are members of which rooms, durable and shared by all nodes.
 *
 * Every implementation guarantees:
 * - The effect of a resolved call is visible to every later call on any node.
 * - Of several concurrent `add` calls for one user and room, on any nodes, one resolves to `true`. The same applies to `remove`.
 * - An unknown room rejects with `UnknownRoom`.
 * - An unavailable store rejects with its own error. Calls succeed again as soon as the store is available.
 * - A call should settle within 2 seconds. Callers do not wait longer (`RoomsOptions.storeTimeoutMs`).
 */
export interface Memberships {
  /**
   * Makes a user a member of a room, with the read marker at the end of the room.
   *
   * @returns `false` if the user already was a member. The read marker then stays where it is.
   */
  add(room: string, user: string): Promise<boolean>;
  /**
   * Ends a membership and deletes its read marker.
   *
   * @returns `false` if there was none
   */
  remove(room: string, user: string): Promise<boolean>;
  /** Resolves to the rooms that a user is a member of, in no particular order. */
  roomsOf(user: string): Promise<readonly string[]>;
}

/** Memberships whose calls reject with `StoreTimeout` after `ms` milliseconds. */
export function limitMemberships(memberships: Memberships, ms: number): Memberships {
  return {
    add: (room, user) => withDeadline('memberships.add', () => memberships.add(room, user), ms),
    remove: (room, user) => withDeadline('memberships.remove', () => memberships.remove(room, user), ms),
    roomsOf: (user) => withDeadline('memberships.roomsOf', () => memberships.roomsOf(user), ms),
  };
}
