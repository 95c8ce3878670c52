/** A turn of the event loop that takes longer, in milliseconds, reduces the work of the next one. */
const sliceMs = 4;
/** The maximum number of tasks per turn, while turns are fast. */
const mostPerTurn = 8;

/**
 * Spreads tasks that block the event loop, such as reading and serializing pages, over several turns, so that other requests are
 * processed in between. It runs eight tasks per turn while turns are fast, and one after a slow turn, in first-in, first-out order.
 * The callers bound the queue.
 */
export class LoopShare {
  #turning = false;
  #turnedAt = 0;
  #perTurn = mostPerTurn;
  #granted = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns `undefined` if the caller may continue immediately, otherwise a promise of its turn */
  next(): Promise<void> | undefined {
    if (!this.#turning) this.#beginTurn();
    if (this.#waiting.length === 0 && this.#granted < this.#perTurn) {
      this.#granted++;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #beginTurn(): void {
    this.#turning = true;
    this.#turnedAt = performance.now();
    this.#granted = 0;
    setImmediate(() => {
      this.#endTurn();
    });
  }

  #endTurn(): void {
    // The granted tasks are complete by now, or they wait for something that does not block the event loop.
    const isQuick = performance.now() - this.#turnedAt < sliceMs;
    this.#perTurn = isQuick ? Math.min(mostPerTurn, this.#perTurn * 2) : 1;
    this.#turning = false;
    if (this.#waiting.length === 0) return;
    this.#beginTurn();
    const granted = this.#waiting.splice(0, this.#perTurn);
    this.#granted = granted.length;
    for (const go of granted) go();
  }
}
