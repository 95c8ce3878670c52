/** `online` where at least one connection is attentive, `away` where none is, `offline` where there is none. */
export type Status = 'online' | 'away' | 'offline';
export type Here = Exclude<Status, 'offline'>;

/** What one node says of one person in one room. */
export interface PresenceView {
  readonly room: string;
  readonly user: string;
  /** Of the connections that are in the room. */
  readonly live: Status;
  /** What is still shown for those that dropped a moment ago and may be back; `offline` when nothing is held. */
  readonly held: Status;
  /** They went on purpose and have nothing left here: whatever is held for them elsewhere is held no more. */
  readonly left: boolean;
}

/** A person is something else in a room now than before. */
export interface PresenceChange {
  readonly room: string;
  readonly user: string;
  readonly before: Status;
  readonly after: Status;
  /** Of the room, behind this change. */
  readonly version: number;
}

export interface PresenceList {
  /** Of the room at the moment of reading. */
  readonly version: number;
  /** How many people are present. */
  readonly total: number;
  /** Who they are, of no order, at most `presentAtMost` of them. */
  readonly present: readonly { readonly user: string; readonly status: Here }[];
}

/** Of more people than these nobody keeps a list, and nobody is told of changes. */
export const presentAtMost = 2_000;

/**
 * Who is in which room, over all nodes of one installation. A person is what the best of all that their nodes say, live or
 * held, makes of them.
 *
 * What every form promises:
 * - `set` replaces what the node said before, for each view in one atomic step, and resolves to those changes that it made to
 *   what a person is, in their order. Views of one call are taken in their order. Saying the same again changes nothing.
 * - What is held is dropped as soon as something live, on any node, shows as much: the person is back.
 * - Each change raises the version of its room by one. Versions of a room never go back; only while nobody is present may
 *   they jump ahead. So whoever hears of changes knows whether one is missing.
 * - `list` is one consistent view, and holds every change that had resolved when it began.
 * - Where the store is out of reach calls reject, and soon: a join waits for them. What was said and lost is said again.
 */
export interface Presence {
  set(node: string, views: readonly PresenceView[]): Promise<readonly PresenceChange[]>;
  list(room: string): Promise<PresenceList>;
  /** A node is dead: nothing that it said counts any more. Resolves to what that changed. */
  forget(node: string): Promise<readonly PresenceChange[]>;
}

const rank = { offline: 0, away: 1, online: 2 } as const;

/** Whether the first shows more than the second. */
export function above(one: Status, other: Status): boolean {
  return rank[one] > rank[other];
}

/** The one of the two that shows more. */
export function better(one: Status, other: Status): Status {
  return above(other, one) ? other : one;
}
