import { foldUserName } from '@usher/protocol/server';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { Passwords } from '../users/passwords.ts';
import type { KnownUser, Users } from '../users/users.ts';

/**
 * Verifies a password and resolves to the user. Throttled. An unknown user takes the same time and causes the same error as a wrong
 * password. The name is case-insensitive.
 *
 * @throws HttpProblem 401 `invalid_credentials`, 429 `too_many_attempts`, 503 `at_capacity`.
 */
export type PasswordCheck = (request: FastifyRequest, user: string, password: string) => Promise<KnownUser>;

export function createPasswordCheck(users: Users, passwords: Passwords, throttle: SignInLimit): PasswordCheck {
  return async (request, typedName, password) => {
    // Case-folded before throttling, so that all spellings of a name count as one account.
    const name = foldUserName(typedName);
    await throttle.check(name, request.clientAddress);
    const user = await users.find(name);
    // The attempt starts when the hash starts, because other attempts may reach the limit while this one is queued.
    let attempt: Attempt | undefined;
    let right = false;
    const origin = { network: networkOf(request.clientAddress), priority: 'sign-in' } as const;
    try {
      right = await passwords.verify(user?.passwordHash, password, origin, async () => {
        attempt = await throttle.begin(name, request.clientAddress);
      });
    } finally {
      await attempt?.settle(right ? 'passed' : 'failed');
    }
    if (user !== undefined && right) return user;
    // The name is logged only if the user exists, because users sometimes type a password into that field.
    request.log.warn({ user: user?.name, address: request.clientAddress }, 'invalid password');
    throw new HttpProblem('invalid_credentials', { user: user?.name });
  };
}

/** Limits the failed sign-ins of an account from an address, and of an address. */
export interface SignInLimit {
  /** @throws HttpProblem 429 `too_many_attempts`, identical for existing and unknown accounts. */
  check(account: string, address: string): void | Promise<void>;
  /** Like `check`, and starts an attempt. */
  begin(account: string, address: string): Attempt | Promise<Attempt>;
}

export const signInLimits = { windowMs: 5 * 60_000, perAccount: 10, perAddress: 100 } as const;

export interface ThrottleOptions {
  readonly windowMs?: number;
  /** Maximum failures for one account from one address. Defaults to 10. */
  readonly perAccount?: number;
  /** Maximum failures from one address for all accounts. Defaults to 100. */
  readonly perAddress?: number;
  /** Addresses, and pairs of account and address, to track. Above this number the one whose failure is oldest is dropped. */
  readonly maxKeys?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`: a change of the system time must not shorten or extend a wait. */
  readonly now?: () => number;
}

/** A sign-in attempt in progress. It counts as failed until it settles, so that parallel attempts have no advantage. */
export interface Attempt {
  /** Idempotent. Never rejects. */
  settle(outcome: 'failed' | 'passed'): void | Promise<void>;
}

/** Limits password guessing: after a number of failures in a sliding window, further attempts are rejected with 429. Successes do not count. */
export class SignInThrottle implements SignInLimit {
  readonly #now: () => number;
  readonly #accounts: FailureLog;
  readonly #addresses: FailureLog;

  constructor(options: ThrottleOptions = {}) {
    const { windowMs, perAccount, perAddress, maxKeys = 20_000 } = { ...signInLimits, ...options };
    this.#now = options.now ?? (() => performance.now());
    this.#accounts = new FailureLog(perAccount, windowMs, maxKeys);
    this.#addresses = new FailureLog(perAddress, windowMs, maxKeys);
  }

  /** @throws HttpProblem 429 `too_many_attempts`, identical for existing and unknown accounts. */
  check(account: string, address: string): void {
    const at = this.#now();
    const wait = Math.max(
      this.#accounts.waitMs(pair(account, address), at),
      this.#addresses.waitMs(networkOf(address), at),
    );
    if (wait > 0) throw new HttpProblem('too_many_attempts', { retryAfterMs: wait });
  }

  /** Like `check`, and starts an attempt. */
  begin(account: string, address: string): Attempt {
    this.check(account, address);
    const keys = [
      [this.#accounts, pair(account, address)],
      [this.#addresses, networkOf(address)],
    ] as const;
    for (const [log, key] of keys) log.pending(key, 1);
    let open = true;
    return {
      settle: (outcome) => {
        if (!open) return;
        open = false;
        for (const [log, key] of keys) {
          log.pending(key, -1);
          if (outcome === 'failed') log.fail(key, this.#now());
        }
      },
    };
  }
}

/** The wait in milliseconds while only pending attempts would exceed the limit. */
export const pendingWaitMs = 1_000;

class FailureLog {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #maxKeys: number;
  /** The times of the latest failures of each key, oldest first, at most `limit`. Keys are ordered by their latest failure. */
  readonly #failures = new Map<string, number[]>();
  readonly #pending = new Map<string, number>();

  constructor(limit: number, windowMs: number, maxKeys: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#maxKeys = maxKeys;
  }

  /** Milliseconds until an attempt is permitted. 0: now. */
  waitMs(key: string, now: number): number {
    const times = this.#failures.get(key)?.filter((at) => at > now - this.#windowMs) ?? [];
    const [oldest] = times;
    if (oldest !== undefined && times.length >= this.#limit) return oldest + this.#windowMs - now;
    return times.length + (this.#pending.get(key) ?? 0) >= this.#limit ? pendingWaitMs : 0;
  }

  pending(key: string, change: 1 | -1): void {
    const count = (this.#pending.get(key) ?? 0) + change;
    if (count === 0) this.#pending.delete(key);
    else this.#pending.set(key, count);
  }

  fail(key: string, now: number): void {
    const times = this.#failures.get(key) ?? [];
    times.push(now);
    if (times.length > this.#limit) times.shift();
    this.#failures.delete(key);
    this.#failures.set(key, times);
    if (this.#failures.size <= this.#maxKeys) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }
}

function pair(account: string, address: string): string {
  return `${networkOf(address)} ${account}`;
}
