import type { Room } from '@usher/protocol';

export interface RoomListQuery {
  readonly user: string;
  /** Admins also get private rooms of which they are not a member. */
  readonly admin: boolean;
  /** The `next` of the previous page. */
  readonly cursor?: string;
  /** Rooms of which the user is not a member; the first page contains all of the user's own rooms besides. */
  readonly limit: number;
}

export interface RoomPage {
  readonly rooms: readonly Room[];
  /** There are more: the `cursor` of the next page. */
  readonly next?: string;
}

/** A `cursor` that is not the `next` of a page of this user. */
export class BadRoomCursor extends Error {
  override readonly name = 'BadRoomCursor';
}

/** Own rooms in a list. Of more, those with the latest messages are listed. */
export const listedOwnRooms = 5_000;

/** Lists the rooms that a user may see: the user's own first, then pages of others, each sorted by title and name. */
export interface RoomList {
  /** Resolves to the JSON of a `RoomPage`, in UTF-8. Rejects with `BadRoomCursor`. */
  list(query: RoomListQuery): Promise<Uint8Array>;
}
