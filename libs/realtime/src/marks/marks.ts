/** What a person has not read of a room. */
export interface Unread {
  /** The room's last sequence. */
  readonly seq: number;
  /** Up to where they have read. */
  readonly read: number;
  /** Messages of others behind `read`, changes of messages not counted; nobody counts beyond `roomBounds.unreadMessages`. */
  readonly count: number;
  /** Those of them that call the person by name (`mentionsIn`). */
  readonly mentions: number;
}

/**
 * Whose rooms are whose, and how far they have read them, for good and over all of a person's devices.
 *
 * What every form promises:
 * - A mark only moves forward, and never beyond the room's last message, however calls overlap.
 * - What a call resolved is seen by every later call, on any node. A count holds every message that was durable when it began.
 * - The cost of counting is that of what is unread, up to its bound, not that of the room.
 * - An unknown room rejects with `UnknownRoom`; a store out of reach with whatever error it has.
 */
export interface Marks {
  /** Makes somebody a member, unless they are; their mark begins at the room's end. Resolves to whether they were none before. */
  enter(room: string, user: string): Promise<boolean>;
  /** They are a member no more, and their mark is forgotten. Resolves to whether they were one. */
  leave(room: string, user: string): Promise<boolean>;
  /** The rooms of which somebody is a member. */
  roomsOf(user: string): Promise<readonly string[]>;
  /** Moves a mark. Of somebody who is no member nothing is kept: the answer says what there would be to read. */
  read(room: string, user: string, seq: number): Promise<Unread>;
  /** What these people have not read; those who are no members are left out. */
  unread(room: string, users: readonly string[]): Promise<ReadonlyMap<string, Unread>>;
}
