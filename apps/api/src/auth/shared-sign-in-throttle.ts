import { createHash, randomUUID } from 'node:crypto';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import { luaClock, type SharedLimits } from '../redis/shared-limits.ts';
import { type Attempt, pendingWaitMs, type SignInLimit, signInLimits, type SignInThrottle } from './password-check.ts';

/** An attempt whose node was killed counts as pending for this long, in milliseconds. */
const pendingMs = 60_000;

/**
 * The Lua scripts of the throttle. They use the clock of Redis, unless the first argument sets one for tests.
 *
 * Keys, for an account from an address and for an address, all with the hash tag of the address:
 * - `<key>:failed`: sorted set of the latest failures by time, at most as many as the limit
 * - `<key>:pending`: sorted set of the attempts that have not settled, by the time at which they no longer count
 */
const common = `${luaClock}local windowMs = tonumber(ARGV[4])
local subjects = { { KEYS[1] .. ':' .. ARGV[2], tonumber(ARGV[5]) }, { KEYS[1], tonumber(ARGV[6]) } }
`;

/** KEYS: address. ARGV: clock, account, attempt, window in ms, both limits, wait while pending in ms, lifetime of the attempt or 0 to check only. */
const beginScript = `#!lua
${common}
local wait = 0
for _, subject in ipairs(subjects) do
  local key, limit = subject[1], subject[2]
  redis.call('ZREMRANGEBYSCORE', key .. ':failed', '-inf', now - windowMs)
  redis.call('ZREMRANGEBYSCORE', key .. ':pending', '-inf', now)
  local failures = redis.call('ZCARD', key .. ':failed')
  if failures >= limit then
    local oldest = redis.call('ZRANGE', key .. ':failed', -limit, -limit, 'WITHSCORES')[2]
    wait = math.max(wait, oldest + windowMs - now)
  elseif failures + redis.call('ZCARD', key .. ':pending') >= limit then
    wait = math.max(wait, tonumber(ARGV[7]))
  end
end
local lifetime = tonumber(ARGV[8])
if wait > 0 or lifetime == 0 then return wait end
for _, subject in ipairs(subjects) do
  redis.call('ZADD', subject[1] .. ':pending', now + lifetime, ARGV[3])
  redis.call('PEXPIRE', subject[1] .. ':pending', lifetime)
end
return 0
`;

/** KEYS: address. ARGV: clock, account, attempt, window in ms, both limits, 1 for a failure. */
const settleScript = `#!lua flags=allow-oom
${common}
for _, subject in ipairs(subjects) do
  local key, limit = subject[1], subject[2]
  redis.call('ZREM', key .. ':pending', ARGV[3])
  if ARGV[7] == '1' then
    redis.call('ZADD', key .. ':failed', now, ARGV[3])
    redis.call('ZREMRANGEBYRANK', key .. ':failed', 0, -limit - 1)
    redis.call('PEXPIRE', key .. ':failed', windowMs)
  end
end
return 0
`;

export interface SharedSignInThrottleOptions {
  readonly shared: SharedLimits;
  /** Counts the attempts of this node. Enforces the limits alone while Redis is unavailable. */
  readonly local: SignInThrottle;
  /** Prefix of all keys. Defaults to `usher-sign-in`. */
  readonly prefix?: string;
  /** Replaces the clock of Redis, in milliseconds. For tests. */
  readonly now?: () => number;
}

/** A `SignInThrottle` that counts over all nodes, with the same limits and waits. */
export class SharedSignInThrottle implements SignInLimit {
  readonly #shared: SharedLimits;
  readonly #local: SignInThrottle;
  readonly #prefix: string;
  readonly #now: () => number | '';

  constructor({ shared, local, prefix = 'usher-sign-in', now }: SharedSignInThrottleOptions) {
    this.#shared = shared;
    this.#local = local;
    this.#prefix = prefix;
    this.#now = now ?? (() => '');
  }

  async check(account: string, address: string): Promise<void> {
    this.#local.check(account, address);
    await this.#begin(account, address, '', 0);
  }

  async begin(account: string, address: string): Promise<Attempt> {
    const attempt = this.#local.begin(account, address);
    const id = randomUUID();
    try {
      await this.#begin(account, address, id, pendingMs);
    } catch (error) {
      void attempt.settle('passed');
      throw error;
    }
    let open = true;
    return {
      settle: async (outcome) => {
        void attempt.settle(outcome);
        if (!open) return;
        open = false;
        await this.#run(settleScript, account, address, id, [outcome === 'failed' ? 1 : 0]);
      },
    };
  }

  async #begin(account: string, address: string, id: string, lifetimeMs: number): Promise<void> {
    const waitMs = await this.#run(beginScript, account, address, id, [pendingWaitMs, lifetimeMs]);
    if (waitMs !== undefined && waitMs > 0) throw new HttpProblem('too_many_attempts', { retryAfterMs: waitMs });
  }

  #run(script: string, account: string, address: string, id: string, args: readonly number[]) {
    const { windowMs, perAccount, perAddress } = signInLimits;
    const key = `{${this.#prefix}:${networkOf(address)}}`;
    // Hashed, because users sometimes type a password into the field of the name.
    const subject = createHash('sha256').update(account).digest('base64url');
    return this.#shared.run(script, key, [this.#now(), subject, id, windowMs, perAccount, perAddress, ...args]);
  }
}
