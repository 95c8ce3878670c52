import type { Cluster as RedisClusterClient, Redis } from 'ioredis';
import type { ConnectionCounts } from '../connections/connection-counts.ts';
import { type Logger, silent } from '../support/log.ts';
import { reserveScript, setScript } from './connection-count-scripts.ts';
import type { RedisCluster } from './redis-cluster.ts';
import { RedisUnavailable, runScript } from './run-script.ts';

export interface RedisConnectionCountsOptions {
  /** A client of `ioredis` with `commandTimeout`, `enableOfflineQueue: false` and `maxRetriesPerRequest: 0`. */
  readonly redis: Redis | RedisClusterClient;
  /** The nodes whose connections count, and this node. */
  readonly cluster: RedisCluster;
  /** Prefix of all keys. It becomes a part of the hash tag of each user. Defaults to `usher-connections`. */
  readonly prefix?: string;
  /** How often a node reports all its connections again, in milliseconds. Reports expire after three times as long. Defaults to 300,000. */
  readonly refreshMs?: number;
  readonly log?: Logger;
}

/** Reports that are sent together, so that reporting all connections of a node does not delay other commands for long. */
const reportsPerBatch = 200;
/** How long to collect reports, in milliseconds, because nothing waits for them and one script for many costs less. */
const collectMs = 20;
/** How long to wait after a failed report, in milliseconds. */
const retryMs = 1_000;

/**
 * The connections of each user in Redis or Valkey, counted over all nodes. Each user has a key and a hash tag of their own, so that a Redis
 * Cluster distributes them.
 *
 * `reserve` takes one round trip. Only if the user has reached the limit, the nodes that count are compared with the live nodes, and the
 * reports of those that are down are removed: a killed node leaves nothing behind that could reject a connection.
 */
export class RedisConnectionCounts implements ConnectionCounts {
  readonly #redis: Redis | RedisClusterClient;
  readonly #cluster: RedisCluster;
  readonly #prefix: string;
  readonly #keepMs: number;
  readonly #log: Logger;
  readonly #refreshTimer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  /** The last report of each user with connections on this node. */
  readonly #own = new Map<string, number>();
  /** The users whose last report Redis may not have. */
  readonly #unsent = new Set<string>();
  #sequence = 0;
  #isSending = false;
  #collecting: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RedisConnectionCountsOptions) {
    const { redis, cluster, prefix = 'usher-connections', refreshMs = 300_000, log = silent } = options;
    this.#redis = redis;
    this.#cluster = cluster;
    this.#prefix = prefix;
    this.#keepMs = refreshMs * 3;
    this.#log = log;
    const reportAll = (): void => {
      for (const user of this.#own.keys()) this.#unsent.add(user);
      this.#collect();
    };
    this.#refreshTimer = setInterval(reportAll, refreshMs).unref();
    // Redis lost its data, or other nodes removed the reports of this one.
    const stopListening = cluster.onLeaseLost(reportAll);
    // A server that took over after a failover may lack the last reports. A cluster reports its servers one by one.
    const connected = redis.isCluster ? '+node' : 'ready';
    redis.on(connected, reportAll);
    this.#stopListening = () => {
      stopListening();
      redis.off(connected, reportAll);
    };
  }

  async reserve(user: string, own: number, limit: number): Promise<boolean> {
    this.#own.set(user, own);
    // The reservation includes the number of the unsent report.
    this.#unsent.delete(user);
    const args = [this.#cluster.id, this.#nextSequence(), own, limit, this.#keepMs] as const;
    const reply = await this.#run(reserveScript, user, args);
    if (isAccepted(reply)) return true;
    const down = await this.#downOf(nodesOf(reply));
    return down.length > 0 && isAccepted(await this.#run(reserveScript, user, [...args, ...down]));
  }

  /** Reads without a script, because nothing depends on the result: the handshake reserves the connection. */
  async isAvailable(user: string, own: number, limit: number): Promise<boolean> {
    const others = new Map<string, number>();
    for (const [node, report] of Object.entries(await this.#reports(user))) {
      if (node !== this.#cluster.id) others.set(node, Number.parseInt(report, 10));
    }
    const fits = (): boolean => own + [...others.values()].reduce((total, count) => total + count, 0) <= limit;
    if (fits()) return true;
    for (const node of await this.#downOf([...others.keys()])) others.delete(node);
    return fits();
  }

  set(user: string, own: number): void {
    if ((this.#own.get(user) ?? 0) === own && !this.#unsent.has(user)) return;
    if (own > 0) this.#own.set(user, own);
    else this.#own.delete(user);
    this.#unsent.add(user);
    this.#collect();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#refreshTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#collecting);
    this.#stopListening();
  }

  /** Returns the nodes that are down. */
  async #downOf(nodes: readonly string[]): Promise<readonly string[]> {
    if (nodes.length === 0) return [];
    const live = new Set(await this.#cluster.nodes());
    return nodes.filter((node) => !live.has(node));
  }

  async #reports(user: string): Promise<Readonly<Record<string, string>>> {
    try {
      return await this.#redis.hgetall(this.#key(user));
    } catch (error) {
      throw new RedisUnavailable(`Redis is unavailable: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  #collect(): void {
    if (this.#isSending || this.#retryTimer !== undefined || this.#closed) return;
    this.#collecting ??= setTimeout(() => {
      this.#collecting = undefined;
      void this.#send();
    }, collectMs).unref();
  }

  /** Sends the last reports. After a failure it tries again later. */
  async #send(): Promise<void> {
    this.#isSending = true;
    const sent = await this.#sendAll();
    this.#isSending = false;
    if (sent || this.#closed) return;
    this.#log.warn({ users: this.#unsent.size }, 'connections could not be reported to Redis: trying again');
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#send();
    }, retryMs).unref();
  }

  /** Resolves to `false` after a failure. */
  async #sendAll(): Promise<boolean> {
    while (this.#unsent.size > 0 && !this.#closed) {
      const users = [...this.#unsent].slice(0, reportsPerBatch);
      // The keys of several users are in several slots of a Redis Cluster.
      const groups = this.#redis.isCluster ? users.map((user) => [user]) : [users];
      const sent = await Promise.all(groups.map((group) => this.#sendReports(group)));
      if (sent.includes(false)) return false;
    }
    return true;
  }

  async #sendReports(users: readonly string[]): Promise<boolean> {
    const sequence = this.#nextSequence();
    const counts = users.map((user) => this.#own.get(user) ?? 0);
    for (const user of users) this.#unsent.delete(user);
    try {
      const keys = users.map((user) => this.#key(user));
      await runScript(this.#redis, setScript, keys, [this.#cluster.id, sequence, this.#keepMs, ...counts]);
      return true;
    } catch {
      for (const user of users) this.#unsent.add(user);
      return false;
    }
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #run(script: string, user: string, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#redis, script, [this.#key(user)], args);
  }

  #key(user: string): string {
    return `{${this.#prefix}:${user}}`;
  }
}

function isAccepted(reply: unknown): boolean {
  const accepted: unknown = Array.isArray(reply) ? reply[0] : undefined;
  if (accepted !== 0 && accepted !== 1) throw new RedisUnavailable('Redis sent an unexpected reply');
  return accepted === 1;
}

function nodesOf(reply: unknown): readonly string[] {
  const nodes: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return Array.isArray(nodes) ? nodes.map(String) : [];
}
