/** A sustained rate and how much may come at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Rounding errors of the refill must not refuse a client that keeps exactly to the rate. */
const tolerance = 1e-6;

/**
 * A token bucket. It is refilled when it is asked, not by a timer. Times are milliseconds of the monotonic clock; a clock that goes back
 * refills nothing and blocks nothing.
 */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** A full bucket. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** @returns in how many milliseconds `cost` tokens are available, 0 for now. Takes none. */
  waitMs(cost: number, now: number): number {
    const { perSecond, burst } = this.#rate;
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1000);
    this.#filledAt = now;
    if (this.#tokens + tolerance >= cost) return 0;
    return Math.max(1, Math.ceil(((cost - this.#tokens) * 1000) / perSecond));
  }

  /** Takes tokens that `waitMs` has found available. */
  take(cost: number): void {
    this.#tokens = Math.max(0, this.#tokens - cost);
  }
}

const minuteMs = 60_000;

/** Counts refusals per minute, to tell a client that does not stop from one that was too fast for a moment. */
export class Refusals {
  #count = 0;
  #since = 0;

  /** @returns how many there were in this minute, this one included. */
  add(now: number): number {
    if (this.#count === 0 || now - this.#since >= minuteMs) {
      this.#count = 0;
      this.#since = now;
    }
    return ++this.#count;
  }
}
