import { Bucket, type Rate, Refusals } from '../connections/bucket.ts';
import type { Connection } from '../connections/connection.ts';
import { Memberships } from './memberships.ts';
import type { Membership } from './room.ts';
import type { LoopShare } from '../support/loop-share.ts';
import { ReadLane } from './read-lane.ts';

/** What the rooms keep of a connection that has said anything to them. */
export class Guest {
  readonly connection: Connection;
  readonly memberships = new Memberships<Membership>();
  readonly reads: ReadLane;
  /** The person looks elsewhere. */
  away = false;
  readonly refusedSends = new Refusals();
  #sends: Bucket | undefined;
  #turns: Map<string, Promise<void>> | undefined;

  constructor(connection: Connection, share: LoopShare) {
    this.connection = connection;
    this.reads = new ReadLane(share);
  }

  /** The budget of its sends. Created with the first one, because most connections only listen. */
  sends(rate: Rate, now: number): Bucket {
    return (this.#sends ??= new Bucket(rate, now));
  }

  /** Whether something in this room has not let the next one go on yet. */
  busy(room: string): boolean {
    return this.#turns?.has(room) === true;
  }

  /**
   * Queues for a room, so that what one connection says there happens in the order in which it said so.
   * Resolves when it is one's turn, to the function that lets the next one go on.
   */
  async turn(room: string): Promise<() => void> {
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
