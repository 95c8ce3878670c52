/** A sustained rate, and the burst that is allowed after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Rounding errors of the refill must not reject a client that keeps exactly to the rate. */
const tolerance = 1e-6;

/**
 * A token bucket that refills on use, without a timer. Times are milliseconds of the monotonic clock. A clock that goes backward
 * neither refills nor blocks the bucket.
 */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** Creates a full bucket. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /**
   * Takes no tokens.
   *
   * @returns the milliseconds until `cost` tokens are available, 0 if they are available now
   */
  waitMs(cost: number, now: number): number {
    const { perSecond, burst } = this.#rate;
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1000);
    this.#filledAt = now;
    if (this.#tokens + tolerance >= cost) return 0;
    return Math.max(1, Math.ceil(((cost - this.#tokens) * 1000) / perSecond));
  }

  /** Takes tokens. Call it only after `waitMs` has returned 0. */
  take(cost: number): void {
    this.#tokens = Math.max(0, this.#tokens - cost);
  }
}

const minuteMs = 60_000;

/** Counts rejections per minute, to distinguish an abusive client from one that briefly exceeded its rate. */
export class Refusals {
  #count = 0;
  #since = 0;

  /** @returns the number of rejections in the current minute, including this one */
  add(now: number): number {
    if (this.#count === 0 || now - this.#since >= minuteMs) {
      this.#count = 0;
      this.#since = now;
    }
    return ++this.#count;
  }
}
