import type { Logger } from '@usher/realtime';
import { batchWrites } from '@usher/realtime/redis';
import type { Cluster, Redis } from 'ioredis';

/** How long a command and a connection may take, in milliseconds. */
const commandMs = 2_000;
/** How long the first connection may take, in milliseconds. */
const startMs = 5_000;

export interface RedisClients {
  /** For commands. Sends the commands of one turn of the event loop together. */
  readonly commands: Redis | Cluster;
  /** For subscriptions only. */
  readonly subscriber: Redis | Cluster;
  close(): void;
}

/**
 * Opens two connections with the settings of a client of the application, which stays untouched. They fail at once while Redis is
 * unavailable and reconnect automatically.
 *
 * @throws Error if Redis does not respond within 5 seconds
 */
export async function openRedisClients(client: Redis | Cluster, log: Logger): Promise<RedisClients> {
  const commands = duplicate(client, { enableAutoPipelining: true, autoResubscribe: true });
  const subscriber = duplicate(client, { enableAutoPipelining: false, autoResubscribe: false });
  if (!isCluster(commands)) batchWrites(commands);
  const clients = [
    ['commands', commands],
    ['subscriptions', subscriber],
  ] as const;
  let isOpen = false;
  let lastError: Error | undefined;
  for (const [purpose, each] of clients) {
    each.on('error', (error: Error) => {
      lastError = error;
      if (isOpen) log.warn({ reason: error.message, purpose }, 'the connection to Redis has an error');
    });
    each.on('close', () => {
      if (isOpen) log.warn({ purpose }, 'the connection to Redis is closed');
    });
  }
  const close = (): void => {
    isOpen = false;
    for (const [, each] of clients) each.disconnect();
  };
  try {
    await Promise.all([ready(commands), ready(subscriber)]);
    // Commands that are sent while a server of a cluster is not connected yet would arrive in any order.
    if (isCluster(commands)) await Promise.all(commands.nodes().map((node) => node.ping()));
    isOpen = true;
    return { commands, subscriber, close };
  } catch (error) {
    close();
    const reason = lastError ?? error;
    throw new Error(`Redis cannot be used: ${reason instanceof Error ? reason.message : 'unknown error'}`, {
      cause: error,
    });
  }
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster;
}

function duplicate(
  client: Redis | Cluster,
  options: { readonly enableAutoPipelining: boolean; readonly autoResubscribe: boolean },
): Redis | Cluster {
  const common = {
    ...options,
    commandTimeout: commandMs,
    connectTimeout: commandMs,
    socketTimeout: commandMs,
    maxRetriesPerRequest: 0,
    lazyConnect: false,
    // The channels of subscriptions have no prefix, so the keys must have none either.
    keyPrefix: '',
  };
  // `batchWrites` does the same as automatic pipelining at less cost.
  if (!isCluster(client)) {
    return client.duplicate({
      ...common,
      enableAutoPipelining: false,
      enableOfflineQueue: false,
      retryStrategy: backoff,
      sentinelRetryStrategy: backoff,
    });
  }
  return client.duplicate([], {
    enableOfflineQueue: false,
    enableAutoPipelining: options.enableAutoPipelining,
    shardedSubscribers: true,
    lazyConnect: false,
    keyPrefix: '',
    clusterRetryStrategy: backoff,
    redisOptions: { ...(client.options.redisOptions as object | undefined), ...common },
  });
}

/** Milliseconds until the next attempt, at most 500, with jitter, so that all nodes do not connect at the same moment. */
function backoff(attempt: number): number {
  return Math.min(500, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

async function ready(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready') return;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error('Redis does not respond'));
      }, startMs);
      client.once('ready', resolve);
      // Retrying does not correct a wrong password.
      client.on('error', (error: Error) => {
        if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(error.message)) reject(error);
      });
    });
  } finally {
    clearTimeout(timer);
  }
}
