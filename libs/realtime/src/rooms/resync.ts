import pLimit from 'p-limit';
import type { Logger } from '../support/log.ts';
import type { History, RoomHead } from './history.ts';

/** A room that this node follows. */
export interface ResyncRoom {
  readonly name: string;
  /** Whether the room has read the history and is not closed. Others are skipped: they read the history anyway. */
  readonly isOpen: boolean;
  /** Compares the delivered messages with the head, and reads the missing ones if there are any. */
  compare(head: RoomHead): void;
}

export interface ResyncOptions {
  readonly history: History;
  /** All rooms on this node. */
  readonly rooms: () => Iterable<ResyncRoom>;
  readonly log: Logger;
  /** How often all rooms are compared with their heads, in milliseconds. Defaults to 30,000. 0: never. */
  readonly headCheckMs?: number;
}

/** Rooms per call of `History.heads`. */
const roomsPerCall = 200;
/** Concurrent reads of pages by all rooms of this node, so that an interruption of the bus does not overload the store. */
const concurrentReads = 4;
/** Requests of this time are checked together, in milliseconds. Random, so that the nodes do not all read at the same moment. */
const collectMs = 20;
const slowestRetryMs = 10_000;

/**
 * Brings the rooms of this node up to date after messages may have been lost. It reads the heads of many rooms with one call, and only
 * rooms that are behind read pages. Each room is also checked regularly, because a bus can lose the last message of a room without any
 * sign.
 */
export class Resync {
  readonly #options: ResyncOptions;
  readonly #limit = pLimit(concurrentReads);
  readonly #periodic: NodeJS.Timeout | undefined;
  #requested = new Set<ResyncRoom>();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #failures = 0;
  #stopped = false;

  constructor(options: ResyncOptions) {
    this.#options = options;
    const { headCheckMs = 30_000 } = options;
    if (headCheckMs === 0) return;
    this.#periodic = setInterval(() => {
      for (const room of options.rooms()) this.#requested.add(room);
      this.#schedule(0);
    }, headCheckMs).unref();
  }

  /** Checks a room soon. Requests of many rooms in a short time share the calls. */
  request(room: ResyncRoom): void {
    if (this.#stopped) return;
    this.#requested.add(room);
    this.#schedule(Math.random() * collectMs);
  }

  /** Runs a read of a page when fewer than four others run. */
  read<T>(page: () => Promise<T>): Promise<T> {
    return this.#limit(page);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#periodic);
    clearTimeout(this.#timer);
    this.#requested.clear();
  }

  #schedule(delayMs: number): void {
    if (this.#checking || this.#stopped || this.#requested.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#check();
    }, delayMs).unref();
  }

  async #check(): Promise<void> {
    this.#checking = true;
    const rooms = [...this.#requested].filter(({ isOpen }) => isOpen);
    this.#requested = new Set();
    try {
      while (rooms.length > 0 && !this.#isStopped()) {
        const batch = rooms.slice(0, roomsPerCall);
        const heads = await this.#options.history.heads(batch.map(({ name }) => name));
        rooms.splice(0, batch.length);
        for (const room of batch) {
          const head = heads.get(room.name);
          if (head !== undefined && room.isOpen) room.compare(head);
        }
      }
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      for (const room of rooms) this.#requested.add(room);
      this.#options.log.error({ err: error }, 'the heads of rooms could not be read');
    } finally {
      this.#checking = false;
    }
    this.#schedule(this.#failures === 0 ? 0 : Math.min(slowestRetryMs, 50 * 2 ** Math.min(10, this.#failures)));
  }

  #isStopped(): boolean {
    return this.#stopped;
  }
}
