import type { Connection } from '../connections/connection.ts';
import type { Membership } from './room.ts';
import { ReadLane } from './read-lane.ts';
import { SendBudget } from './send-budget.ts';
import type { Limits } from '../connections/limits.ts';

/** What the rooms keep of a connection that has said anything to them. */
export class Guest {
  readonly connection: Connection;
  readonly memberships = new Map<string, Membership>();
  readonly budget: SendBudget;
  readonly reads = new ReadLane();
  /** The person looks elsewhere. */
  away = false;
  #turns: Map<string, Promise<void>> | undefined;

  constructor(connection: Connection, limits: Limits, now: number) {
    this.connection = connection;
    this.budget = new SendBudget(limits.sendBurst, now);
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
      resolve(undefined);
    };
  }
}
