import { setTimeout as sleep } from 'node:timers/promises';

/** Kept below what the server allows of one session in a minute (PROTOCOL.md, Limits), since the clocks are two. */
const perMinute = 55;
const minuteMs = 61_000;

/** The sessions that the load has, and whose turn it is to ask for a ticket: none of them more often than the server allows. */
export class Sessions {
  readonly #tokens: readonly string[];
  /** When tickets were asked for in the last minute, all sessions together, oldest first: they take turns. */
  readonly #asked: number[] = [];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Waits until `count` tickets may be asked for at once. To be called before a clock is started. */
  async ready(count: number): Promise<void> {
    const most = this.#tokens.length * perMinute;
    if (count > most)
      throw new RangeError(`${count} tickets a minute are more than ${this.#tokens.length} sessions may have`);
    for (;;) {
      const now = performance.now();
      while (this.#asked[0] !== undefined && this.#asked[0] < now - minuteMs) this.#asked.shift();
      const over = this.#asked.length + count - most;
      if (over <= 0) return;
      await sleep(minuteMs - (now - (this.#asked[over - 1] ?? now)) + 1);
    }
  }

  /** The token of the session whose turn it is. */
  take(): string {
    this.#asked.push(performance.now());
    this.#next = (this.#next + 1) % this.#tokens.length;
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new RangeError('there are no sessions');
    return token;
  }
}
