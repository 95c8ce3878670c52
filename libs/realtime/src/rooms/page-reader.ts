import type { Connection } from '../connections/connection.ts';
import type { LoopShare } from '../support/loop-share.ts';

/** The number of concurrent page reads per connection. */
const atOnce = 2;
/** Reads pause while more than this many bytes are buffered, so that two further pages do not make the client a slow consumer. */
const calmBytes = 128 * 1024;
const lookAgainMs = 25;

/**
 * Limits the page reads of one connection to the rate at which the client receives them. A client that rejoins a hundred rooms at
 * once does not become a slow consumer, and a client that requests pages without reading them does not fill the memory. The limit
 * of pending requests bounds the queue.
 */
export class PageReader {
  /** Shared by all connections of the node. */
  readonly #share: LoopShare;
  #reading = 0;
  #waiting: (() => void)[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(share: LoopShare) {
    this.#share = share;
  }

  /** Calls `read` in turn. Resolves to `undefined` if the connection has closed in the meantime. */
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

  /** Resumes all waiting reads, which then find that the connection is closed. */
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
