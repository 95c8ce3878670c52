/**
 * One time limit for many who come and go: a timer for all of them, since a timer each costs more than most of them take.
 * It does not keep the process alive: what is waited for does.
 */
export class Deadlines<T> {
  readonly #limitMs: number;
  readonly #onLate: (late: T) => void;
  /** When each is late (ms, monotonic), the first one first. */
  readonly #waiting = new Map<T, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onLate told of each that was not over in time, once. Must not throw. */
  constructor(limitMs: number, onLate: (late: T) => void) {
    this.#limitMs = limitMs;
    this.#onLate = onLate;
  }

  begin(one: T): void {
    this.#waiting.set(one, performance.now() + this.#limitMs);
    if (this.#timer === undefined) this.#wait(this.#limitMs);
  }

  /** @returns whether it was in time. */
  over(one: T): boolean {
    return this.#waiting.delete(one);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, ms).unref();
  }

  #look(): void {
    const now = performance.now();
    for (const [one, at] of this.#waiting) {
      // Timers may come a little early; a millisecond is the least that is waited for.
      if (at > now) {
        this.#wait(Math.max(1, at - now));
        return;
      }
      this.#waiting.delete(one);
      this.#onLate(one);
    }
  }
}
