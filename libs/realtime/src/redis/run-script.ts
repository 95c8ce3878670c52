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
 * @param key names the slot of a Redis Cluster in which all keys of the script are
 * @throws RedisUnavailable
 */
export async function runScript(
  redis: Redis | Cluster,
  script: string,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  let sha = hashes.get(script);
  if (sha === undefined) hashes.set(script, (sha = createHash('sha1').update(script).digest('hex')));
  try {
    return await redis.evalsha(sha, 1, key, ...args).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(script, 1, key, ...args);
    });
  } catch (error) {
    // The client attaches the arguments of the command to its errors. They name users and must not be logged.
    throw new RedisUnavailable(`Redis is unavailable: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}
