/**
 * Runs on a worker thread. Must not import packages of the workspace: a worker resolves them to their builds, which may not exist.
 * Errors lose their class between threads, so expected errors are returned as values.
 */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { BadRoomCursor, createSqliteRoomList, type RoomListQuery } from './room-list.ts';
import { BadSearch, createSqliteSearch, type FoundMessages, type SearchFault, type SearchFor } from './search.ts';
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

/** Serializes the page on this thread, because it may have thousands of rooms. */
export function listRooms(query: RoomListQuery): Uint8Array | { readonly fault: 'bad_cursor' } {
  try {
    return new TextEncoder().encode(JSON.stringify(list(query)));
  } catch (error) {
    if (error instanceof BadRoomCursor) return { fault: 'bad_cursor' };
    throw error;
  }
}
