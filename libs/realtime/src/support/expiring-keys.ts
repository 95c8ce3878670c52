/** Keys that expire a fixed time after they were added, unless they are deleted before. One timer serves all of them. */
export class ExpiringKeys {
  readonly #ms: number;
  readonly #onExpired: (key: string) => void;
  /** When each key was added, on the monotonic clock, in ascending order. */
  readonly #addedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ms the time until a key expires, in milliseconds @param onExpired called after the key was deleted */
  constructor(ms: number, onExpired: (key: string) => void) {
    this.#ms = ms;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#addedAt.size;
  }

  /** The keys, the oldest first. */
  keys(): Iterable<string> {
    return this.#addedAt.keys();
  }

  has(key: string): boolean {
    return this.#addedAt.has(key);
  }

  /** Adds a key, or starts its time again. */
  add(key: string): void {
    this.#addedAt.delete(key);
    this.#addedAt.set(key, performance.now());
    this.#timer ??= this.#runIn(this.#ms);
  }

  delete(key: string): void {
    this.#addedAt.delete(key);
  }

  /** Deletes all keys and ends the timer. */
  clear(): void {
    this.#addedAt.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #runIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined;
      this.#expire();
    }, ms).unref();
  }

  #expire(): void {
    const now = performance.now();
    for (const [key, at] of this.#addedAt) {
      const left = at + this.#ms - now;
      if (left > 0) {
        this.#timer ??= this.#runIn(left);
        return;
      }
      this.#addedAt.delete(key);
      this.#onExpired(key);
    }
  }
}
