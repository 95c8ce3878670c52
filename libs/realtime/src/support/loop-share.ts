/** A turn that took longer lets the next one do less. Milliseconds. */
const sliceMs = 4;
/** Pieces of work that may be done in one turn, while they are quick. */
const mostPerTurn = 8;

/**
 * Spreads work that blocks the process for a moment, such as reading and encoding pages, over turns of the event loop, so that other
 * requests are answered in between: eight pieces per turn while turns are quick, one after a slow turn. First come, first served; the
 * callers bound the queue.
 */
export class LoopShare {
  #turning = false;
  #turnedAt = 0;
  #perTurn = mostPerTurn;
  #granted = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns `undefined` when the caller may go on at once, else a promise of its turn */
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
    // What was granted has been done by now, unless it waits for something that blocks nobody.
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
