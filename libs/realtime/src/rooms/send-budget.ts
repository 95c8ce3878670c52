const minuteMs = 60_000;

/**
 * A token bucket, and a count of what it refused. Plain numbers: it is filled when it is asked, not by a timer.
 * All times are milliseconds of the monotonic clock.
 */
export class SendBudget {
  #tokens: number;
  #filledAt: number;
  #refused = 0;
  #refusedSince = 0;

  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes one: 0 when there was one, else in how many milliseconds there will be. A rate of 0 never refuses. */
  take(perSecond: number, burst: number, now: number): number {
    if (perSecond === 0) return 0;
    // A clock that was set back fills nothing.
    const elapsed = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (elapsed * perSecond) / 1000);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 1000) / perSecond));
  }

  /** Counts a refusal. @returns how many there were in this minute. */
  refuse(now: number): number {
    if (this.#refused === 0 || now - this.#refusedSince >= minuteMs) {
      this.#refused = 0;
      this.#refusedSince = now;
    }
    return ++this.#refused;
  }
}
