import { PostgresServer, RedisSentinelServers, RedisServer } from '@usher/test-servers';
import type { Pool } from 'pg';
import { ClusterNode } from './cluster-node.ts';

/** How long a node that does not reach Redis still counts as live, in milliseconds. Short, so that a test need not wait for long. */
const nodeLeaseMs = 1_500;

/** The least privileged user with which the server can run: the owner of its database. */
const role = 'usher_node';

export interface ClusterOptions {
  readonly nodes: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** A primary and two replicas of Redis under a Sentinel, instead of one Redis. Defaults to false. */
  readonly sentinel?: boolean;
}

/** A PostgreSQL, a Redis, and nodes that are real processes. */
export class TestCluster {
  readonly postgres: PostgresServer;
  readonly #redis: RedisServer | RedisSentinelServers;
  readonly nodes: ClusterNode[] = [];
  /** A pool on the database of the nodes, as superuser. */
  readonly database: Pool;
  readonly #name: string;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(
    postgres: PostgresServer,
    redis: RedisServer | RedisSentinelServers,
    database: { readonly name: string; readonly pool: Pool },
    settings: Readonly<Record<string, string>>,
  ) {
    this.postgres = postgres;
    this.#redis = redis;
    this.#name = database.name;
    this.database = database.pool;
    this.#settings = settings;
  }

  static async start({ nodes, settings = {}, sentinel = false }: ClusterOptions): Promise<TestCluster> {
    const startingRedis = sentinel ? RedisSentinelServers.start({ replicas: 2 }) : RedisServer.start();
    const [postgres, redis] = await Promise.all([PostgresServer.start(), startingRedis]);
    const database = await postgres.newNamedDatabase();
    await database.pool.query(`CREATE ROLE ${role} LOGIN`);
    await database.pool.query(`ALTER DATABASE ${database.name} OWNER TO ${role}`);
    const cluster = new TestCluster(postgres, redis, database, {
      NODE_LEASE_MS: String(nodeLeaseMs),
      PRESENCE_GRACE_MS: '500',
      CALLS_PER_SECOND: '0',
      SENDS_PER_SECOND: '0',
      ...settings,
    });
    try {
      await Promise.all(Array.from({ length: nodes }, () => cluster.addNode()));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** @throws TypeError with the option `sentinel` */
  get redis(): RedisServer {
    if (this.#redis instanceof RedisServer) return this.#redis;
    throw new TypeError('this cluster runs on Sentinel');
  }

  /** @throws TypeError without the option `sentinel` */
  get sentinel(): RedisSentinelServers {
    if (this.#redis instanceof RedisSentinelServers) return this.#redis;
    throw new TypeError('this cluster runs on one Redis');
  }

  /** Starts one more node. @param clockOffsetMs how far its clock is ahead */
  async addNode(clockOffsetMs = 0): Promise<ClusterNode> {
    const node = await ClusterNode.start({
      redis: this.#redis instanceof RedisServer ? this.#redis.socketPath : this.#redis,
      postgresSocket: this.postgres.socketPath,
      database: { user: role, name: this.#name },
      settings: this.#settings,
      clockOffsetMs,
    });
    this.nodes.push(node);
    return node;
  }

  /** Ends a node permanently. It leaves the cluster, so the others do not wait for it. */
  async removeNode(node: ClusterNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.shutDown();
    await node.stop();
  }

  /** Lets the nodes open this many connections to PostgreSQL altogether, and ends the open ones. -1 removes the limit. */
  async limitConnections(limit: number): Promise<void> {
    await this.database.query(`ALTER ROLE ${role} CONNECTION LIMIT ${limit}`);
    await this.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = $1::regrole', [
      role,
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all([this.#redis.stop(), this.postgres.stop()]);
  }
}
