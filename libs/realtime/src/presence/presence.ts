/** `online` if at least one connection is attentive, `away` if all are away, `offline` without connections. */
export type Status = 'online' | 'away' | 'offline';
export type PresentStatus = Exclude<Status, 'offline'>;

/** The presence of one user in one room as one node reports it. */
export interface PresenceView {
  readonly room: string;
  readonly user: string;
  /** The status of the connections that are in the room. */
  readonly live: Status;
  /** The status that is still shown for recently dropped connections; `offline` if none is held. */
  readonly held: Status;
  /** The user left deliberately and has no connection left on this node. Ends the held status on all nodes. */
  readonly left: boolean;
}

/** A change of a user's status in a room. */
export interface PresenceChange {
  readonly room: string;
  readonly user: string;
  readonly before: Status;
  readonly after: Status;
  /** The version of the room after this change. */
  readonly version: number;
}

export interface PresenceList {
  /** The version of the room at the time of the read. */
  readonly version: number;
  /** The number of users present. */
  readonly total: number;
  /** The present users in no particular order, at most `maxPresent`. */
  readonly present: readonly { readonly user: string; readonly status: PresentStatus }[];
}

/** In rooms with more users, no complete list is kept and no changes are sent. */
export const maxPresent = 2_000;

/**
 * The presence of users in rooms across all nodes. The status of a user is the highest status, live or held, that any node reports.
 *
 * Every implementation guarantees:
 * - `set` replaces the node's previous views, each in one atomic step and in order. It resolves to the resulting status changes, in
 *   order. Repeating a view changes nothing.
 * - A held status ends as soon as a live status on any node is at least as high, because the user has reconnected.
 * - Each change increments the version of its room by one. Versions never decrease. They may skip numbers only while no user is
 *   present. Receivers can therefore detect missing changes.
 * - `list` is a consistent snapshot that includes every change that had resolved when it began.
 * - If the store is unavailable, calls reject quickly, because joins wait for them. Callers repeat lost views.
 */
export interface Presence {
  set(node: string, views: readonly PresenceView[]): Promise<readonly PresenceChange[]>;
  list(room: string): Promise<PresenceList>;
  /** Removes all views of a node that has died. Resolves to the resulting changes. */
  forget(node: string): Promise<readonly PresenceChange[]>;
}

const rank = { offline: 0, away: 1, online: 2 } as const;

/** Whether the first status is higher than the second. */
export function above(one: Status, other: Status): boolean {
  return rank[one] > rank[other];
}

/** Returns the higher of two statuses. */
export function better(one: Status, other: Status): Status {
  return above(other, one) ? other : one;
}
