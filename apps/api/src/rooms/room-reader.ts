import type { Logger } from '@usher/realtime';
import { ReaderPool, type ReaderPoolOptions } from '../database/reader-pool.ts';
import { BadRoomCursor, type RoomList } from './room-list.ts';
import type { findMessages, listRooms, RoomReaderData } from './room-reader-worker.ts';
import { BadSearch, type Search } from './search.ts';
import { unreadBounds } from './sqlite-read-markers.ts';

export interface RoomReader extends Search, RoomList {
  close(): Promise<void>;
}

export type RoomReaderOptions = { readonly log: Logger } & Partial<Omit<ReaderPoolOptions, 'workerData'>>;

/**
 * Search and room lists over a database file, on worker threads with read-only connections. Reads see all commits that were
 * acknowledged before the call. See `ReaderPool` for bounds and errors.
 */
export function createRoomReader(file: string, options: RoomReaderOptions): RoomReader {
  const workerData: RoomReaderData = { file, bounds: unreadBounds };
  const worker = new URL('./room-reader-worker.ts', import.meta.url);
  const pool = new ReaderPool({ worker, ...options, workerData });
  return {
    async find(query) {
      const found = (await pool.run(query.user, 'findMessages', query)) as ReturnType<typeof findMessages>;
      if ('fault' in found) throw new BadSearch(found.fault);
      return found;
    },
    async list(query) {
      const page = (await pool.run(query.user, 'listRooms', query)) as ReturnType<typeof listRooms>;
      if ('fault' in page) throw new BadRoomCursor('the cursor is not the next of a page');
      return page;
    },
    close: () => pool.close(),
  };
}
