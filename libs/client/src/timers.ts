export type Timer = ReturnType<typeof setTimeout>;

/** More than this a timer cannot count, and one that is told more fires at once. */
const longestMs = 2 ** 31 - 1;

/** The timers of one state: whoever leaves it clears them all. */
export class Timers {
  readonly #running = new Set<Timer>();

  set(ms: number, run: () => void): Timer {
    const timer = setTimeout(
      () => {
        this.#running.delete(timer);
        run();
      },
      Math.min(ms, longestMs),
    );
    this.#running.add(timer);
    return timer;
  }

  clear(timer: Timer | undefined): void {
    clearTimeout(timer);
    if (timer !== undefined) this.#running.delete(timer);
  }

  clearAll(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
