/** `online` if at least one connection is attentive, `away` if all are away, `offline` without connections. */
export type Status = 'online' | 'away' | 'offline';
export type PresentStatus = Exclude<Status, 'offline'>;

/** The room of views that state that a user is connected, whether or not the user has joined a room. Not the name of any room. */
export const noRoom = '';

/** The presence of one user in one room as one node reports it. */
export interface PresenceView {
  /** The room, or `noRoom`. */
  readonly room: string;
  readonly user: string;
  /** The status of the connections that are in the room. */
  readonly live: Status;
  /** The status that is still shown for recently dropped connections; `offline` if none is held. */
  readonly held: Status;
  /** How long the held status is still shown, in milliseconds from the time at which the store receives the view. */
  readonly heldForMs: number;
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
  /** The number of users present after this change. */
  readonly total: number;
}

/** The result of a renewal of a node's lease. */
export interface PresenceRenewal {
  /** The node had no lease, so the store has no views of it. The node must set all of them again. */
  readonly isNew: boolean;
  /** The changes that result from everything that had expired. */
  readonly changes: readonly PresenceChange[];
  /** When the next held status of this node ends, in milliseconds from now; `undefined` if none is held. */
  readonly nextEndMs: number | undefined;
}

/** The node has no lease, or its lease has expired. It must renew the lease and then set all its views again. */
export class PresenceLeaseExpired extends Error {
  override readonly name = 'PresenceLeaseExpired';
}

export interface PresenceList {
  /** Another epoch means that the store has lost its data in the meantime. The nodes set their views again within `leaseMs`. */
  readonly epoch: string;
  /** The version of the room at the time of the read. */
  readonly version: number;
  /** The number of users present. */
  readonly total: number;
  /** The present users in no particular order, at most `maxPresent`. */
  readonly present: readonly { readonly user: string; readonly status: PresentStatus }[];
}

/** In rooms with more users, no complete list is kept, and changes are neither published nor sent. */
export const maxPresent = 2_000;

/**
 * The presence of users in rooms across all nodes. The status of a user is the highest status, live or held, that any node reports.
 *
 * Every implementation guarantees:
 * - `set` replaces the node's previous views, each in one atomic step and in order. It resolves to the resulting status changes, in
 *   order. Repeating a view changes nothing.
 * - Lifetimes are measured by the clock of the store only. A held status ends at an absolute time, which the store computes from
 *   `heldForMs`. A lease ends `leaseMs` after its last renewal. If no node has renewed for `leaseMs`, the store may have been unavailable
 *   to all nodes: leases that have ended are then extended by `leaseMs`, once, whether or not the first node to renew had one.
 * - A held status also ends as soon as a live status on any node is at least as high, because the user has reconnected.
 * - Held statuses and leases that have ended are removed by the next `renew` of any node, atomically, so that only one node receives
 *   each change. When a lease ends, all views of its node are removed.
 * - Each change increments the version of its room by one. Versions never decrease. They may skip numbers only while no user is
 *   present. Receivers can therefore detect missing changes. Changes of `noRoom` need no version.
 * - `list` is a consistent snapshot that includes every change that had resolved when it began. Its epoch differs only after a loss of data.
 * - If the store is unavailable, calls reject quickly, because joins wait for them. Callers repeat lost views.
 */
export interface Presence {
  /** How long a lease lasts after a renewal, in milliseconds. Nodes renew their lease three times in that time. */
  readonly leaseMs: number;
  /** Rejects with `PresenceLeaseExpired`, and changes nothing, if the node has no lease. */
  set(node: string, views: readonly PresenceView[]): Promise<readonly PresenceChange[]>;
  list(room: string): Promise<PresenceList>;
  /** Resolves to the statuses of users in `noRoom`. Users who are offline are omitted. */
  statusOf(users: readonly string[]): Promise<ReadonlyMap<string, PresentStatus>>;
  /** Begins or extends the lease of a node, and removes everything that has expired. */
  renew(node: string): Promise<PresenceRenewal>;
  /** Ends the lease of a node and removes all its views. For a node that stops or has died. Resolves to the resulting changes. */
  removeNode(node: string): Promise<readonly PresenceChange[]>;
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
