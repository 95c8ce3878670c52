export interface ConnectSlotsOptions {
  /** How many connections are to begin in a second, at most; 0: no limit. */
  readonly connectsPerSecond: number;
  /** The longest wait that is handed out, in milliseconds; 60,000 unless told. Beyond it the server is at capacity. */
  readonly maxWaitMs?: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export type Slot =
  | { readonly ok: true; readonly connectAfterMs: number }
  /** So many wait already that another would wait too long: ask again then. */
  | { readonly ok: false; readonly retryAfterMs: number };

/**
 * Hands out the moments at which clients may connect, so that a crowd coming back is spread before it dials: the server must
 * do that, since clients cannot know of one another (the leaky bucket as a queue, GCRA in ITU-T I.371 terms).
 * A second's worth may come at once; nobody waits while fewer ask.
 */
export class ConnectSlots {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #maxWaitMs: number;
  readonly #now: () => number;
  /** When the next slot would begin if nothing could come in bursts. */
  #next = 0;

  /** @throws RangeError when a number makes no sense. */
  constructor({ connectsPerSecond, maxWaitMs = 60_000, now = Date.now }: ConnectSlotsOptions) {
    if (!(Number.isFinite(connectsPerSecond) && connectsPerSecond >= 0)) {
      throw new RangeError('connectsPerSecond must be a number, 0 or more');
    }
    if (!(Number.isFinite(maxWaitMs) && maxWaitMs >= 0)) throw new RangeError('maxWaitMs must be 0 or more');
    this.#intervalMs = connectsPerSecond === 0 ? 0 : 1_000 / connectsPerSecond;
    this.#burstMs = Math.max(0, 1_000 - this.#intervalMs);
    this.#maxWaitMs = maxWaitMs;
    this.#now = now;
  }

  /** Takes the next free slot. */
  take(): Slot {
    if (this.#intervalMs === 0) return { ok: true, connectAfterMs: 0 };
    const now = this.#now();
    const begins = Math.max(this.#next, now);
    const waitMs = Math.max(0, Math.ceil(begins - this.#burstMs - now));
    if (waitMs > this.#maxWaitMs) return { ok: false, retryAfterMs: waitMs };
    this.#next = begins + this.#intervalMs;
    return { ok: true, connectAfterMs: waitMs };
  }

  /** The slot taken last will not be used after all: the line moves up by one. */
  giveBack(): void {
    this.#next -= this.#intervalMs;
  }
}
