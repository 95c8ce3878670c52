/** How long responses are collected while many are due, in milliseconds. */
const collectMs = 1;
/** This many responses in one turn of the event loop, or in one collection, are many. */
const many = 2;

/**
 * Lets responses pass at once while few are due. While many are due, for example after a restart, it collects them for a millisecond and
 * lets them pass together: the same code then runs for many requests in a row, and a proxy or client that waits for several responses is
 * woken once. `connect` of `npm run bench` shows what that saves.
 */
export class Bursts {
  #passedInTurn = 0;
  /** The responses that wait. `undefined` while responses pass at once. */
  #waiting: (() => void)[] | undefined;

  /** Returns a promise that resolves when a response may pass, or `undefined` if it may pass at once. */
  next(): Promise<void> | undefined {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    }
    this.#passedInTurn += 1;
    if (this.#passedInTurn === 1) setImmediate(this.#endTurn);
    return undefined;
  }

  readonly #endTurn = (): void => {
    const passed = this.#passedInTurn;
    this.#passedInTurn = 0;
    if (passed >= many) this.#collect();
  };

  #collect(): void {
    this.#waiting = [];
    setTimeout(this.#pass, collectMs);
  }

  readonly #pass = (): void => {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (waiting.length >= many) this.#collect();
    for (const pass of waiting) pass();
  };
}
