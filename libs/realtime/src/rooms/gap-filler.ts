import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../support/log.ts';

/** What a room does when messages are missing, or its members have to be authorized. */
export interface GapFillerOptions {
  readonly room: string;
  /** How long missing messages have to arrive before a read, in milliseconds. Failed reads are repeated after a multiple of it. */
  readonly gapTimeoutMs: number;
  /** Whether messages are missing, or the members have to be authorized. */
  readonly hasWork: () => boolean;
  /** Whether messages are missing. */
  readonly isBehind: () => boolean;
  /** Reads one page of missing messages and delivers it. Returns `false` if the room was closed meanwhile. */
  readonly readPage: () => Promise<boolean>;
  /** Authorizes the members and sends what waited for it. */
  readonly authorize: () => Promise<void>;
  /** A read or an authorization has failed. */
  readonly onFailed: () => void;
  readonly log: Logger;
}

const slowestRetryMs = 5_000;

/** Reads the missing messages of one room until the gap is filled. After a failure it tries again, with a growing delay. */
export class GapFiller {
  readonly #options: GapFillerOptions;
  #filling = false;
  #closed = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GapFillerOptions) {
    this.#options = options;
  }

  /**
   * Starts to fill the gap, unless that is in progress.
   *
   * @param delayMs how long to wait before, in milliseconds; a start that is already scheduled for later is kept, except with 0
   */
  schedule(delayMs: number): void {
    if (this.#closed || this.#filling) return;
    if (delayMs === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#fill();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#fill();
    }, delayMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #fill(): Promise<void> {
    if (this.#filling || this.#closed) return;
    this.#filling = true;
    const { room, gapTimeoutMs, hasWork, isBehind, readPage, authorize, onFailed, log } = this.#options;
    try {
      while (hasWork() && !this.#isClosed()) {
        if (!isBehind()) {
          await authorize();
          this.#failures = 0;
          continue;
        }
        // All members may have left in the meantime.
        if (!(await readPage())) return;
        this.#failures = 0;
        // Lets the sockets write, so that a long recovery does not make clients slow consumers.
        await nextTurn();
      }
    } catch (error) {
      this.#failures++;
      onFailed();
      log.error({ err: error, room }, 'a gap could not be filled from the history');
    } finally {
      this.#filling = false;
    }
    if (hasWork()) {
      this.schedule(Math.min(slowestRetryMs, Math.max(10, gapTimeoutMs) * 2 ** Math.min(10, this.#failures)));
    }
  }

  /** Checked after every await. */
  #isClosed(): boolean {
    return this.#closed;
  }
}
