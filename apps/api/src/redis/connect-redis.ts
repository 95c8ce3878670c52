import { Cluster, Redis } from 'ioredis';
import type { Logger } from '@usher/realtime';
import { batchWrites } from '@usher/realtime/redis';
import { parseRedisUrl, redisUrlRequirement, type RedisTarget } from '../config/redis-url.ts';

/** The oldest supported major version. Script flags and sharded pub/sub exist since 7.0; Valkey reports 7.2. */
const oldestVersion = 7;
/**
 * How long a command may take, in milliseconds. A server that does not respond for so long is disconnected, so that further commands fail at
 * once until it responds again: a hung Redis delays one request and not every request.
 */
const commandMs = 2_000;
/** How long the first connection may take, in milliseconds. */
const startMs = 5_000;

export interface RedisConnection {
  /** For commands. Sends the commands of one turn of the event loop together. */
  readonly commands: Redis | Cluster;
  /** For subscriptions only. */
  readonly subscriber: Redis | Cluster;
  close(): void;
}

/** Redis cannot be used. The message names the reason and what to change, and never contains the URL, which may have a password. */
export class RedisUnusable extends Error {
  override readonly name = 'RedisUnusable';
}

/**
 * Connects to the Redis or Valkey of `REDIS_URL`. Later losses of the connection are repaired without a restart; commands fail meanwhile.
 *
 * @throws RedisUnusable
 */
export async function connectRedis(url: string, log: Logger): Promise<RedisConnection> {
  const target = parseRedisUrl(url);
  if (target === undefined) throw new RedisUnusable(`invalid REDIS_URL: must be ${redisUrlRequirement}`);
  const commands = newClient(target, { enableAutoPipelining: true, autoResubscribe: true });
  const subscriber = newClient(target, { enableAutoPipelining: false, autoResubscribe: false });
  if (commands instanceof Redis) batchWrites(commands);
  const errors: Error[] = [];
  const clients = [
    ['commands', commands],
    ['subscriptions', subscriber],
  ] as const;
  const close = (): void => {
    for (const [, client] of clients) client.disconnect();
  };
  let isOpen = false;
  for (const [purpose, client] of clients) {
    client.on('error', (error: Error) => {
      if (isOpen) log.warn({ reason: error.message, purpose }, 'the connection to Redis has an error');
      else errors.push(error);
    });
    client.on('close', () => {
      if (isOpen) log.warn({ purpose }, 'the connection to Redis is closed');
    });
    client.on('ready', () => {
      if (isOpen) log.info({ purpose }, 'the connection to Redis is open again');
    });
  }
  try {
    await Promise.all([ready(commands), ready(subscriber)]);
    // Commands that are sent while a server of a cluster is not connected yet would arrive in any order.
    if (commands instanceof Cluster) await Promise.all(commands.nodes().map((node) => node.ping()));
    await checkServer(commands, log);
    isOpen = true;
    return { commands, subscriber, close };
  } catch (error) {
    close();
    throw error instanceof RedisUnusable ? error : new RedisUnusable(reasonOf(errors.at(-1) ?? error));
  }
}

function newClient(
  target: RedisTarget,
  options: { readonly enableAutoPipelining: boolean; readonly autoResubscribe: boolean },
): Redis | Cluster {
  const { username, password, tls } = target;
  const common = {
    ...options,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    commandTimeout: commandMs,
    connectTimeout: commandMs,
    socketTimeout: commandMs,
    maxRetriesPerRequest: 0,
    connectionName: 'usher',
  };
  if (target.kind === 'cluster') {
    return new Cluster([...target.servers], {
      enableOfflineQueue: false,
      enableAutoPipelining: options.enableAutoPipelining,
      shardedSubscribers: true,
      clusterRetryStrategy: backoff,
      redisOptions: common,
    });
  }
  // `batchWrites` does the same at less cost.
  const single = {
    ...common,
    enableAutoPipelining: false,
    db: target.database,
    enableOfflineQueue: false,
    retryStrategy: backoff,
  };
  if (target.kind === 'sentinel') {
    return new Redis({
      ...single,
      sentinels: [...target.servers],
      name: target.name,
      sentinelRetryStrategy: backoff,
      enableTLSForSentinelMode: tls,
    });
  }
  const [server] = target.servers;
  return new Redis({ ...single, ...(target.path === undefined ? { ...server } : { path: target.path }) });
}

/** Milliseconds until the next attempt, at most 500, with jitter, so that all nodes do not connect at the same moment. */
function backoff(attempt: number): number {
  return Math.min(500, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

async function ready(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready') return;
  const opened = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('timeout'));
      }, startMs);
      opened.signal.addEventListener('abort', () => {
        clearTimeout(timer);
      });
      client.once('ready', resolve);
      // Waiting does not help if the password is wrong.
      client.on('error', (error: Error) => {
        if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(error.message)) reject(error);
      });
    });
  } finally {
    opened.abort();
  }
}

async function checkServer(client: Redis | Cluster, log: Logger): Promise<void> {
  const info = await client.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const version = field('redis_version');
  if (Number.parseInt(version, 10) < oldestVersion) {
    throw new RedisUnusable(`Redis ${version} is too old: version ${oldestVersion} or newer is required`);
  }
  const policy = field('maxmemory_policy');
  if (field('maxmemory') !== '0' && policy !== 'noeviction') {
    log.warn(
      { policy },
      'Redis may evict tickets and revocations when its memory is full: set maxmemory-policy to noeviction',
    );
  }
}

const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'Redis refuses connections: check the host and port of REDIS_URL, and that the server runs'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host of REDIS_URL is unknown'],
  [/ENOENT/, 'the socket of REDIS_URL does not exist'],
  [/WRONGPASS|invalid password/i, 'Redis rejects the user or password of REDIS_URL'],
  [/NOAUTH/, 'Redis requires a password: add it to REDIS_URL'],
  [
    /NOPERM/,
    'the user of REDIS_URL lacks rights: it needs all commands on the keys {usher-*} and the channels usher:*',
  ],
  [
    /certificate|altnames/i,
    'the TLS certificate of Redis is not valid for the host of REDIS_URL or not trusted: set NODE_EXTRA_CA_CERTS for a private authority',
  ],
  [/All sentinels are unreachable/, 'no Sentinel of REDIS_URL responds, or none knows the name of the primary'],
  [/timeout|timed out/i, 'Redis does not respond: check the host and port of REDIS_URL and the network'],
];

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'unknown error';
  return reasons.find(([pattern]) => pattern.test(message))?.[1] ?? `Redis cannot be used: ${message}`;
}
