/**
 * Runs on a worker thread. It imports no package of the workspace: a worker resolves those to their build, which a checkout may lack.
 * Errors lose their class on the way between threads, so that those which a caller expects are returned as values.
 */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { BadRoomCursor, type RoomListQuery } from './room-list.ts';
import { BadSearch, type FoundMessages, type SearchFault, type SearchFor } from './search.ts';
import { createSqliteRoomList } from './sqlite-room-list.ts';
import { createSqliteSearch } from './sqlite-search.ts';
import type { UnreadBounds } from './unread-counts.ts';

export interface RoomReaderData {
  /** Path of the database file. */
  readonly file: string;
  readonly bounds: UnreadBounds;
}

const data = workerData as RoomReaderData;
const sqlite = new DatabaseSync(data.file, { readOnly: true, timeout: 1_000 });
const search = createSqliteSearch(sqlite);
const list = createSqliteRoomList(sqlite, data.bounds);

export function findMessages(query: SearchFor): FoundMessages | { readonly fault: SearchFault } {
  try {
    return search(query);
  } catch (error) {
    if (error instanceof BadSearch) return { fault: error.fault };
    throw error;
  }
}

/** The page is serialized here: it may have thousands of rooms, and identical requests share it. */
export function listRooms(query: RoomListQuery): Uint8Array | { readonly fault: 'bad_cursor' } {
  try {
    return new TextEncoder().encode(JSON.stringify(list(query)));
  } catch (error) {
    if (error instanceof BadRoomCursor) return { fault: 'bad_cursor' };
    throw error;
  }
}
