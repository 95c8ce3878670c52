import { randomUUID } from 'node:crypto';
import type { Cluster as RedisClusterClient, Redis } from 'ioredis';
import type { Cluster } from '../cluster/cluster.ts';
import { Listeners } from '../support/listeners.ts';
import { type Logger, silent } from '../support/log.ts';
import { RedisUnavailable, runScript } from './run-script.ts';

export interface RedisClusterOptions {
  /** A client of `ioredis` with `commandTimeout`, `enableOfflineQueue: false` and `maxRetriesPerRequest: 0`. */
  readonly redis: Redis | RedisClusterClient;
  /** The id of this node. Defaults to a random one. */
  readonly id?: string;
  /** Prefix of all keys. Defaults to `{usher-cluster}`. */
  readonly prefix?: string;
  /** How long the lease of a node lasts, in milliseconds. It is renewed three times in that time. Defaults to 9,000. */
  readonly leaseMs?: number;
  readonly log?: Logger;
}

/** KEYS: leases. ARGV: node, lease in ms. Returns `{wasLive, nodes}` and removes expired nodes. */
const renewScript = `#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local wasLive = redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
return { wasLive, redis.call('ZRANGE', KEYS[1], 0, -1) }
`;

/**
 * The nodes of a deployment, by leases in Redis or Valkey. A node that has not renewed its lease within `leaseMs` by the clock of Redis is
 * down. It detects this with its next renewal, see `onLeaseLost`, and may then be live again under the same id.
 */
export class RedisCluster implements Cluster {
  readonly id: string;
  readonly #redis: Redis | RedisClusterClient;
  readonly #key: string;
  readonly #leaseMs: number;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #down: Listeners<[string]>;
  #lost: Listeners<[]>;
  /** The other live nodes at the last renewal. */
  #known: ReadonlySet<string> = new Set();
  /** Nodes that still have to register after Redis lost its data, and until when, in monotonic milliseconds. */
  readonly #unconfirmed = new Map<string, number>();
  #isRegistered = false;
  /** When the lease ends at the earliest, in monotonic milliseconds: the lease of Redis begins later than the renewal that asks for it. */
  #liveUntil = 0;
  #renewing: Promise<readonly string[]> | undefined;
  #closed = false;

  private constructor({ redis, id, prefix = '{usher-cluster}', leaseMs = 9_000, log = silent }: RedisClusterOptions) {
    this.#redis = redis;
    this.id = id ?? randomUUID();
    this.#key = `${prefix}:nodes`;
    this.#leaseMs = leaseMs;
    this.#log = log;
    this.#down = new Listeners(log, 'a listener for a node that is down threw');
    this.#lost = new Listeners(log, 'a listener for a lost lease threw');
    this.#timer = setInterval(() => {
      this.#renew().catch((error: unknown) => {
        this.#log.warn({ reason: String(error) }, 'the lease of this node could not be renewed');
      });
    }, leaseMs / 3).unref();
  }

  /** Registers this node. Rejects with `RedisUnavailable` if Redis does not respond. */
  static async join(options: RedisClusterOptions): Promise<RedisCluster> {
    const cluster = new RedisCluster(options);
    try {
      await cluster.#renew();
      return cluster;
    } catch (error) {
      clearInterval(cluster.#timer);
      throw error;
    }
  }

  /** As of the last renewal, at most a third of `leaseMs` ago while Redis is available. */
  get size(): number {
    return 1 + this.#known.size;
  }

  /** Reads the live nodes, and renews the lease of this one. */
  nodes(): Promise<readonly string[]> {
    return this.#renew();
  }

  onNodeDown(listener: (node: string) => void): () => void {
    return this.#down.add(listener);
  }

  get leaseMs(): number {
    return Math.max(0, this.#liveUntil - performance.now());
  }

  isLive(): boolean {
    return performance.now() < this.#liveUntil && !this.#closed;
  }

  /**
   * Calls `listener` after this node has lost its lease, because it was suspended or could not reach Redis, and has it again. Other nodes have
   * removed what it published, and it may have missed revocations. Returns a function that removes the listener.
   */
  onLeaseLost(listener: () => void): () => void {
    return this.#lost.add(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#down = new Listeners(this.#log, '');
    this.#lost = new Listeners(this.#log, '');
    // A renewal in flight would add the node again.
    await this.#renewing?.catch(() => undefined);
    try {
      await this.#redis.zrem(this.#key, this.id);
    } catch {
      // The lease expires.
    }
  }

  /** Concurrent calls share one renewal. */
  #renew(): Promise<readonly string[]> {
    if (this.#closed) return Promise.reject(new RedisUnavailable('this node has left the cluster'));
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewNow(): Promise<readonly string[]> {
    const asked = performance.now();
    const reply = await runScript(this.#redis, renewScript, [this.#key], [this.id, this.#leaseMs]);
    const [wasLive, list] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (!Array.isArray(list)) throw new RedisUnavailable('Redis sent an unexpected reply');
    const others = new Set(list.map(String).filter((node) => node !== this.id));
    const now = performance.now();
    if (wasLive !== 1 && this.#isRegistered) {
      this.#log.warn({}, 'this node had lost its lease');
      // Redis may have lost its data. The other nodes register again within the time of a lease.
      for (const node of this.#known)
        if (!this.#unconfirmed.has(node)) this.#unconfirmed.set(node, now + this.#leaseMs);
      this.#lost.notify();
    }
    // In the same turn as the notification, so that the node is not live before its listeners have run.
    this.#liveUntil = asked + this.#leaseMs;
    this.#isRegistered = true;
    for (const [node, until] of this.#unconfirmed) {
      if (others.has(node) || until <= now) this.#unconfirmed.delete(node);
      else others.add(node);
    }
    const gone = [...this.#known].filter((node) => !others.has(node));
    this.#known = others;
    for (const node of gone) {
      this.#log.warn({ node }, 'a node is down');
      this.#down.notify(node);
    }
    return [this.id, ...others];
  }
}
