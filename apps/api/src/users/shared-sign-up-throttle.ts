import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import { luaClock, type SharedLimits } from '../redis/shared-limits.ts';
import {
  cost,
  type SignUpAttempt,
  signUpIntervalMs,
  type SignUpLimit,
  type SignUpThrottle,
} from './sign-up-throttle.ts';

const common = `${luaClock}local fullAt = tonumber(redis.call('GET', KEYS[1]) or '')
`;

/** KEYS: network, whose value is the time at which it has its full burst again. ARGV: clock, interval in ms, burst. Returns the wait in ms. */
const beginScript = `#!lua
${common}
local nextFullAt = math.max(fullAt or now, now) + ARGV[2]
local wait = nextFullAt - now - ARGV[3] * ARGV[2]
if wait > 0 then return wait end
redis.call('SET', KEYS[1], nextFullAt, 'PX', nextFullAt - now)
return 0
`;

/** KEYS: network. ARGV: clock, milliseconds to give back. */
const giveBackScript = `#!lua flags=allow-oom
${common}
if fullAt then
  fullAt = fullAt - ARGV[2]
  if fullAt > now then
    redis.call('SET', KEYS[1], fullAt, 'PX', math.ceil(fullAt - now))
  else
    redis.call('DEL', KEYS[1])
  end
end
return 0
`;

export interface SharedSignUpThrottleOptions {
  readonly shared: SharedLimits;
  /** Counts the sign-ups of this node. Enforces the limit alone while Redis is unavailable. */
  readonly local: SignUpThrottle;
  /** Sign-ups of one network in a burst. 0: no limit. */
  readonly burst: number;
  /** Prefix of all keys. Defaults to `usher-sign-up`. */
  readonly prefix?: string;
  /** Replaces the clock of Redis, in milliseconds. For tests. */
  readonly now?: () => number;
}

/** A `SignUpThrottle` that counts over all nodes, with the same limits and waits. */
export class SharedSignUpThrottle implements SignUpLimit {
  readonly #options: SharedSignUpThrottleOptions;

  constructor(options: SharedSignUpThrottleOptions) {
    this.#options = options;
  }

  async begin(address: string): Promise<SignUpAttempt> {
    const { local, burst } = this.#options;
    const attempt = await local.begin(address);
    if (burst === 0) return attempt;
    const waitMs = await this.#run(beginScript, address, [signUpIntervalMs, burst]);
    if (waitMs !== undefined && waitMs > 0) {
      void attempt.settle('rejected');
      throw new HttpProblem('too_many_attempts', { retryAfterMs: waitMs });
    }
    let open = true;
    return {
      settle: async (outcome) => {
        void attempt.settle(outcome);
        const wasOpen = open;
        open = false;
        if (!wasOpen || cost[outcome] === 1 || waitMs === undefined) return;
        await this.#run(giveBackScript, address, [(1 - cost[outcome]) * signUpIntervalMs]);
      },
    };
  }

  #run(script: string, address: string, args: readonly number[]): Promise<number | undefined> {
    const { shared, prefix = 'usher-sign-up', now } = this.#options;
    return shared.run(script, `{${prefix}:${networkOf(address)}}`, [now?.() ?? '', ...args]);
  }
}
