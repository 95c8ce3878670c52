/**
 * Applies one time limit to many concurrent operations with a single timer, because a timer per operation costs more than most
 * operations take. The timer does not keep the process alive.
 */
export class Deadlines<T> {
  readonly #limitMs: number;
  readonly #onExpired: (operation: T) => void;
  /** The deadline of each operation in monotonic milliseconds, the earliest first. */
  readonly #pending = new Map<T, number>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param limitMs the time limit in milliseconds.
   * @param onExpired called once for each operation that exceeds the limit. Must not throw.
   */
  constructor(limitMs: number, onExpired: (operation: T) => void) {
    this.#limitMs = limitMs;
    this.#onExpired = onExpired;
  }

  begin(operation: T): void {
    this.#pending.set(operation, performance.now() + this.#limitMs);
    if (this.#timer === undefined) this.#schedule(this.#limitMs);
  }

  /** Ends an operation. Returns whether it finished within the limit. */
  end(operation: T): boolean {
    return this.#pending.delete(operation);
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#expire();
    }, ms).unref();
  }

  #expire(): void {
    const now = performance.now();
    for (const [operation, deadline] of this.#pending) {
      if (deadline > now) {
        // A timer may fire slightly early, and 1 ms is the shortest delay of a timer.
        this.#schedule(Math.max(1, deadline - now));
        return;
      }
      this.#pending.delete(operation);
      this.#onExpired(operation);
    }
  }
}
