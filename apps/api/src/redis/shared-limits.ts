import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '@usher/realtime';
import { runScript } from '@usher/realtime/redis';

export interface SharedLimitsOptions {
  readonly redis: Redis | Cluster;
  readonly log: Logger;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/** The beginning of a Lua script: sets `now` to the first argument or, if that is empty, to the clock of Redis, in milliseconds. */
export const luaClock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** How long Redis is not called after a failure, in milliseconds. Doubles with each failure up to the maximum. */
const minPauseMs = 1_000;
const maxPauseMs = 10_000;

/**
 * Access to the limits that all nodes share in Redis. They fail open: each node also counts alone, so while Redis is unavailable the limits
 * apply to each node. After a failure Redis is not called for a while, and then by one request at a time, so that a Redis that does not respond
 * delays one request and not every request.
 */
export class SharedLimits {
  /** For limiters that bring their own commands. Pass their calls to `ask`. */
  readonly redis: Redis | Cluster;
  readonly #log: Logger;
  readonly #now: () => number;
  /** When Redis may be called again. `undefined` while it is available. */
  #pausedUntil: number | undefined;
  #pauseMs = minPauseMs;
  #probing = false;

  constructor({ redis, log, now = () => performance.now() }: SharedLimitsOptions) {
    this.redis = redis;
    this.#log = log;
    this.#now = now;
  }

  /** Runs a Lua script. Resolves to a number, or to `undefined` while Redis is unavailable. */
  async run(script: string, key: string, args: readonly (string | number)[]): Promise<number | undefined> {
    const reply = await this.ask(() => runScript(this.redis, script, [key], args));
    return typeof reply === 'number' ? reply : undefined;
  }

  /**
   * Resolves to the result of `call`, or to `undefined` while Redis is unavailable.
   *
   * @param isResult whether an error of `call` is a result and not a failure. It is passed on.
   */
  async ask<T>(call: () => Promise<T>, isResult: (error: unknown) => boolean = () => false): Promise<T | undefined> {
    const isPaused = this.#pausedUntil !== undefined;
    if (isPaused && (this.#probing || this.#now() < (this.#pausedUntil ?? 0))) return undefined;
    this.#probing = isPaused;
    try {
      const result = await call();
      this.#succeeded(isPaused);
      return result;
    } catch (error) {
      if (isResult(error)) {
        this.#succeeded(isPaused);
        throw error;
      }
      this.#failed(isPaused);
      return undefined;
    }
  }

  #succeeded(wasProbe: boolean): void {
    if (!wasProbe) return;
    this.#probing = false;
    this.#pausedUntil = undefined;
    this.#pauseMs = minPauseMs;
    this.#log.info({}, 'limits are counted over all nodes again');
  }

  #failed(wasProbe: boolean): void {
    if (wasProbe) this.#probing = false;
    else if (this.#pausedUntil !== undefined) return;
    else this.#log.warn({}, 'limits are counted on each node, because Redis is unavailable');
    this.#pausedUntil = this.#now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, maxPauseMs);
  }
}
