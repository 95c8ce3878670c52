import { type Logger, silent } from '../support/log.ts';
import type { History, RoomHead } from './history.ts';

/** A room that compares the head of its history with what it has delivered. */
export interface SyncedRoom {
  readonly name: string;
  headRead(head: RoomHead): void;
}

export interface ResyncOptions {
  readonly history: Pick<History, 'heads'>;
  /** Milliseconds between two checks of all rooms, on average. */
  readonly headCheckMs: number;
  readonly log?: Logger;
  /** Returns a number from 0 to 1. Defaults to `Math.random`. */
  readonly random?: () => number;
}

/** The maximum number of concurrent reads of one node. */
const readsAtOnce = 4;
const roomsPerCall = 200;
/** Checks that are requested within this time share their calls, and nodes do not read at the same moment. */
const jitterMs = 50;
const slowestRetryMs = 5_000;

/**
 * Recovers messages that the bus has lost, for all rooms of one node. It coalesces the checks that gaps and new subscriptions
 * request, reads the heads of many rooms with one call, repeats that for all rooms periodically, and limits concurrent reads. After
 * an error of the store it waits up to 5 seconds.
 */
export class ResyncScheduler {
  readonly #options: ResyncOptions;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #rooms = new Set<SyncedRoom>();
  readonly #requested = new Set<SyncedRoom>();
  #checking = false;
  #checkTimer: NodeJS.Timeout | undefined;
  #periodicTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  #reading = 0;
  #failures = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #pauses = new Set<NodeJS.Timeout>();

  constructor(options: ResyncOptions) {
    this.#options = options;
    this.#log = options.log ?? silent;
    this.#random = options.random ?? Math.random;
  }

  /** Includes a room in the periodic checks. */
  add(room: SyncedRoom): void {
    this.#rooms.add(room);
    this.#schedulePeriodic();
  }

  remove(room: SyncedRoom): void {
    this.#rooms.delete(room);
    this.#requested.delete(room);
    if (this.#rooms.size > 0) return;
    clearTimeout(this.#periodicTimer);
    this.#periodicTimer = undefined;
  }

  /** Requests a check of a room that may have missed messages. */
  check(room: SyncedRoom): void {
    if (!this.#rooms.has(room)) return;
    this.#requested.add(room);
    this.#scheduleCheck();
  }

  /**
   * Runs a read when fewer than four others are running. After an error its place stays taken for a while, so that a store that is
   * unavailable receives few calls. The callers bound the queue: one read per room.
   */
  async read<T>(work: () => Promise<T>): Promise<T> {
    if (this.#reading < readsAtOnce) {
      this.#reading++;
    } else {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    try {
      const result = await work();
      this.#failures = 0;
      this.#release();
      return result;
    } catch (error) {
      this.#failures++;
      this.#releaseLater();
      throw error;
    }
  }

  /** Ends all timers. Waiting reads begin immediately, because their rooms are closed. */
  stop(): void {
    this.#stopped = true;
    this.#rooms.clear();
    this.#requested.clear();
    clearTimeout(this.#checkTimer);
    clearTimeout(this.#periodicTimer);
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#pauses.clear();
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#reading--;
    else next();
  }

  #releaseLater(): void {
    if (this.#stopped) return;
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#release();
    }, this.#pauseMs()).unref();
    this.#pauses.add(pause);
  }

  /** Doubles with each consecutive error. */
  #pauseMs(): number {
    return Math.min(slowestRetryMs, 10 * 2 ** Math.min(10, this.#failures)) * (0.5 + this.#random() / 2);
  }

  #schedulePeriodic(): void {
    if (this.#stopped || this.#periodicTimer !== undefined) return;
    this.#periodicTimer = setTimeout(
      () => {
        this.#periodicTimer = undefined;
        for (const room of this.#rooms) this.#requested.add(room);
        this.#scheduleCheck();
        if (this.#rooms.size > 0) this.#schedulePeriodic();
      },
      this.#options.headCheckMs * (0.8 + this.#random() * 0.4),
    ).unref();
  }

  #scheduleCheck(): void {
    if (this.#stopped || this.#checking || this.#checkTimer !== undefined) return;
    const waitMs = this.#failures === 0 ? this.#random() * jitterMs : this.#pauseMs();
    this.#checkTimer = setTimeout(() => {
      this.#checkTimer = undefined;
      void this.#checkRequested();
    }, waitMs).unref();
  }

  async #checkRequested(): Promise<void> {
    this.#checking = true;
    try {
      while (this.#requested.size > 0) {
        const batch = [...this.#requested].slice(0, roomsPerCall);
        for (const room of batch) this.#requested.delete(room);
        await this.#checkBatch(batch);
      }
    } catch (error) {
      this.#log.error({ err: error }, 'the heads of rooms could not be read from the history');
    } finally {
      this.#checking = false;
    }
    if (this.#requested.size > 0) this.#scheduleCheck();
  }

  async #checkBatch(batch: readonly SyncedRoom[]): Promise<void> {
    try {
      const heads = await this.read(() => this.#options.history.heads(batch.map(({ name }) => name)));
      for (const room of batch) {
        const head = heads.get(room.name);
        if (head !== undefined && this.#rooms.has(room)) room.headRead(head);
      }
    } catch (error) {
      for (const room of batch) if (this.#rooms.has(room)) this.#requested.add(room);
      throw error;
    }
  }
}
