import { LRUCache } from 'lru-cache';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';

export interface SignUpThrottleOptions {
  /** Sign-ups of one network in a burst. 0: no limit. */
  readonly burst: number;
  /** Milliseconds between sign-ups after the burst. */
  readonly intervalMs?: number;
  /** Networks to track. Above this number the one that signed up least recently is dropped. */
  readonly maxNetworks?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** A sign-up in progress. It counts in full until it settles, so that parallel requests have no advantage. */
export interface SignUpAttempt {
  /**
   * `revealed`: the response revealed whether the name is in use. `failed`: anything else, which counts as a fifth of a sign-up.
   * `rejected`: another limit rejected it, so it does not count. Idempotent. Never rejects.
   */
  settle(outcome: 'revealed' | 'failed' | 'rejected'): void | Promise<void>;
}

/** Limits the sign-ups of a network. */
export interface SignUpLimit {
  /**
   * Starts a sign-up.
   *
   * @throws HttpProblem 429 `too_many_attempts`, with the time until the next sign-up is possible.
   */
  begin(address: string): Promise<SignUpAttempt>;
}

/** What a sign-up counts, by its outcome. */
export const cost = { revealed: 1, failed: 0.2, rejected: 0 } as const;
/** Milliseconds between sign-ups after the burst. */
export const signUpIntervalMs = 20_000;

/**
 * Limits sign-ups per network to a burst and then a steady rate (generic cell rate algorithm). The state of a network is one number:
 * the time at which it has its full burst again.
 */
export class SignUpThrottle implements SignUpLimit {
  readonly #burst: number;
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #fullAt: LRUCache<string, number>;

  constructor({ burst, intervalMs = signUpIntervalMs, maxNetworks = 20_000, now }: SignUpThrottleOptions) {
    this.#burst = burst;
    this.#intervalMs = intervalMs;
    this.#now = now ?? (() => performance.now());
    this.#fullAt = new LRUCache({ max: maxNetworks });
  }

  begin(address: string): Promise<SignUpAttempt> {
    if (this.#burst === 0) return Promise.resolve({ settle: () => undefined });
    const network = networkOf(address);
    const at = this.#now();
    const next = Math.max(this.#fullAt.get(network) ?? at, at) + this.#intervalMs;
    const waitMs = next - at - this.#burst * this.#intervalMs;
    if (waitMs > 0) return Promise.reject(new HttpProblem('too_many_attempts', { retryAfterMs: waitMs }));
    this.#fullAt.set(network, next);
    let settled = false;
    return Promise.resolve({
      settle: (outcome) => {
        if (settled) return;
        settled = true;
        const current = this.#fullAt.get(network);
        if (current !== undefined) this.#fullAt.set(network, current - (1 - cost[outcome]) * this.#intervalMs);
      },
    });
  }
}
