import type { Room } from '@usher/chat-api';

export interface RoomListQuery {
  readonly user: string;
  /** Admins also get private rooms of which they are not a member. */
  readonly admin: boolean;
  /** The `next` of the previous page. */
  readonly cursor?: string;
  /** Maximum rooms of which the user is not a member. The first page also contains all of the user's own rooms. */
  readonly limit: number;
}

export interface RoomPage {
  readonly rooms: readonly Room[];
  /** The `cursor` of the next page. Absent on the last page. */
  readonly next?: string;
}

/** The `cursor` is not the `next` of a page of this user. */
export class BadRoomCursor extends Error {
  override readonly name = 'BadRoomCursor';
}

/** Maximum own rooms in a list. The rooms with the latest messages have precedence. */
export const listedOwnRooms = 5_000;

/** Lists the rooms that a user may see: the user's own first, then pages of others, each sorted by title and name. */
export interface RoomList {
  /** Resolves to the JSON of a `RoomPage`, in UTF-8. Rejects with `BadRoomCursor`. */
  list(query: RoomListQuery): Promise<Uint8Array>;
}
