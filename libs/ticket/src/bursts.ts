/** How long responses are collected while many are due, in milliseconds. */
const collectMs = 1;
/** This many responses within `collectMs` are many. */
const many = 3;
/** When this many wait, they pass immediately, so that a server without idle time delays none and keeps few handshakes pending. */
const maxWaiting = 32;

/**
 * Lets responses pass at once while few are due. While many are due, it collects them for a millisecond and lets them pass together: the
 * same code then runs for many requests in a row, and a proxy or client that waits for several responses is woken once. `connect` of
 * `npm run bench` shows what that saves.
 */
export class Bursts {
  /** When the current interval of `collectMs` began, in monotonic milliseconds, and how many responses have passed in it. */
  #intervalAt = -Infinity;
  #passed = 0;
  /** The responses that wait. `undefined` while responses pass at once. */
  #waiting: (() => void)[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Returns a promise that resolves when a response may pass, or `undefined` if it may pass at once. */
  next(): Promise<void> | undefined {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length >= maxWaiting) this.#pass();
      });
    }
    const now = performance.now();
    if (now - this.#intervalAt >= collectMs) {
      this.#intervalAt = now;
      this.#passed = 0;
    }
    this.#passed += 1;
    if (this.#passed >= many) this.#collect();
    return undefined;
  }

  #collect(): void {
    this.#waiting = [];
    this.#timer = setTimeout(this.#pass, collectMs);
  }

  /** Lets all waiting responses pass, and collects again if they are many. */
  readonly #pass = (): void => {
    clearTimeout(this.#timer);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#passed = 0;
    if (waiting.length >= many) this.#collect();
    for (const pass of waiting) pass();
  };
}
