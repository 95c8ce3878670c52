import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** Redis is unavailable or sent an unexpected reply. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

const hashes = new Map<string, string>();

/**
 * Runs a Lua script by its SHA-1. Sends its text if Redis does not know it, for example after a restart.
 *
 * @param keys are in one slot of a Redis Cluster, as all other keys of the script
 * @throws RedisUnavailable
 */
export async function runScript(
  redis: Redis | Cluster,
  script: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  let sha = hashes.get(script);
  if (sha === undefined) hashes.set(script, (sha = createHash('sha1').update(script).digest('hex')));
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(script, keys.length, ...keys, ...args);
    });
  } catch (error) {
    // The client attaches the arguments of the command to its errors. They name users and must not be logged.
    throw new RedisUnavailable(`Redis is unavailable: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}
