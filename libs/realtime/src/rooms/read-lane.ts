import type { Connection } from '../connections/connection.ts';
import type { LoopShare } from '../support/loop-share.ts';

/** How many pages of a connection are read at once. */
const atOnce = 2;
/** A page is not read while so many bytes wait for the client: two pages more must not make a slow consumer of it. */
const calmBytes = 128 * 1024;
const lookAgainMs = 25;

/**
 * Reads pages of the history for one connection no faster than it takes them: a client that rejoins a hundred rooms at
 * once is no slow consumer, and one that asks for pages without reading them fills no memory. The queue is bounded by the
 * requests in flight.
 */
export class ReadLane {
  /** Shared by all connections of the node. */
  readonly #share: LoopShare;
  #reading = 0;
  #waiting: (() => void)[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(share: LoopShare) {
    this.#share = share;
  }

  /** Calls `read` when its turn has come; `undefined` when the connection is gone by then. */
  async run<T>(connection: Connection, read: () => Promise<T>): Promise<T | undefined> {
    while (this.#reading >= atOnce || (connection.open && connection.bufferedBytes > calmBytes)) {
      await this.#change();
    }
    if (!connection.open) return undefined;
    this.#reading++;
    try {
      await this.#share.next();
      return await read();
    } finally {
      this.#reading--;
      this.#wake();
    }
  }

  /** Lets all go on, to find that the connection is gone. */
  end(): void {
    this.#wake();
  }

  #change(): Promise<void> {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#wake();
    }, lookAgainMs).unref();
    return new Promise((resolve) => {
      (this.#waiting ??= []).push(resolve);
    });
  }

  #wake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    for (const go of waiting) go();
  }
}
