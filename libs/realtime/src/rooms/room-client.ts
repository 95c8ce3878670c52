import { Bucket, type Rate, Refusals } from '../connections/bucket.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from './room.ts';
import { CompactMap } from '../support/compact-maps.ts';
import type { LoopShare } from '../support/loop-share.ts';
import { PageReader } from './page-reader.ts';

/** The rooms-related state of one connection, created with its first request to a room. */
export class RoomClient {
  readonly connection: Connection;
  /** By room name. */
  readonly memberships = new CompactMap<Membership>();
  readonly reader: PageReader;
  /** Whether the client has reported that its user is away. */
  away = false;
  readonly refusedSends = new Refusals();
  #sends: Bucket | undefined;
  #turns: Map<string, Promise<void>> | undefined;

  constructor(connection: Connection, share: LoopShare) {
    this.connection = connection;
    this.reader = new PageReader(share);
  }

  /** The budget of its sends. Created with the first send, because most connections only receive. */
  sends(rate: Rate, now: number): Bucket {
    return (this.#sends ??= new Bucket(rate, now));
  }

  /** Whether an earlier operation in this room is still in progress. */
  isBusy(room: string): boolean {
    return this.#turns?.has(room) === true;
  }

  /**
   * Waits for earlier operations of this connection in the room, so that they run in order.
   *
   * @returns a function that ends the operation and starts the next one
   */
  async acquire(room: string): Promise<() => void> {
    const turns = (this.#turns ??= new Map<string, Promise<void>>());
    const before = turns.get(room);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    turns.set(room, promise);
    await before;
    return () => {
      if (turns.get(room) === promise) turns.delete(room);
      if (turns.size === 0 && this.#turns === turns) this.#turns = undefined;
      resolve(undefined);
    };
  }
}
