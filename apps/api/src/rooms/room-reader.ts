import type { Logger } from '@usher/realtime';
import { ReaderPool, type ReaderPoolOptions } from '../database/reader-pool.ts';
import { BadRoomCursor, type RoomListQuery } from './room-list.ts';
import type { findMessages, listRooms, RoomReaderData } from './room-reader-worker.ts';
import { BadSearch, type FoundMessages, type Search, type SearchFor } from './search.ts';
import { unreadBounds } from './sqlite-read-markers.ts';

export type RoomReaderOptions = { readonly log: Logger } & Partial<Omit<ReaderPoolOptions, 'workerData'>>;

/**
 * Search and room lists over a database file, on worker threads with read-only connections. Reads see all commits that were
 * acknowledged before the call. See `ReaderPool` for bounds and errors.
 */
export class RoomReader implements Search {
  readonly #pool: ReaderPool;

  constructor(file: string, options: RoomReaderOptions) {
    const workerData: RoomReaderData = { file, bounds: unreadBounds };
    this.#pool = new ReaderPool({
      worker: new URL('./room-reader-worker.ts', import.meta.url),
      ...options,
      workerData,
    });
  }

  async find(query: SearchFor): Promise<FoundMessages> {
    const found = (await this.#pool.run(query.user, 'findMessages', query)) as ReturnType<typeof findMessages>;
    if ('fault' in found) throw new BadSearch(found.fault);
    return found;
  }

  /**
   * Lists the rooms that a user may see: the user's own first, then pages of others, each sorted by title and name. Resolves to the
   * JSON of a `RoomPage`, in UTF-8. Rejects with `BadRoomCursor`.
   */
  async list(query: RoomListQuery): Promise<Uint8Array> {
    const page = (await this.#pool.run(query.user, 'listRooms', query)) as ReturnType<typeof listRooms>;
    if ('fault' in page) throw new BadRoomCursor('the cursor is not the next of a page');
    return page;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
