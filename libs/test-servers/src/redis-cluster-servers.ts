import { Cluster } from 'ioredis';
import { freePorts } from './free-ports.ts';
import { RedisProcesses } from './redis-processes.ts';

/** Hash slots of every Redis Cluster. */
const slots = 16_384;
const size = 3;

/** A real Redis Cluster of three primaries for tests, on TCP ports of 127.0.0.1. */
export class RedisClusterServers {
  readonly #processes = new RedisProcesses();
  readonly #clients = new Set<Cluster>();
  readonly ports: readonly number[];

  private constructor(ports: readonly number[]) {
    this.ports = ports;
  }

  /** Starts the servers, and distributes the slots. */
  static async start(): Promise<RedisClusterServers> {
    const ports = await freePorts(2 * size);
    const cluster = new RedisClusterServers(ports.slice(0, size));
    try {
      await cluster.#create(ports.slice(size));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** @param busPorts the ports of the cluster bus, which connects the servers */
  async #create(busPorts: readonly number[]): Promise<void> {
    const processes = this.#processes;
    for (const [index, port] of this.ports.entries()) {
      const bus = String(busPorts[index]);
      await processes.start(port, [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        bus,
        '--cluster-node-timeout',
        '2000',
      ]);
      const [first, last] = [Math.floor((index * slots) / size), Math.floor(((index + 1) * slots) / size) - 1];
      await processes.command(port, 'CLUSTER', 'ADDSLOTSRANGE', first, last);
      await processes.command(port, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    const [first = 0] = this.ports;
    for (const [index, port] of this.ports.entries()) {
      if (index > 0) await processes.command(first, 'CLUSTER', 'MEET', '127.0.0.1', port, busPorts[index] ?? 0);
    }
    for (const port of this.ports) {
      await processes.until(port, `cluster_known_nodes:${size}`, 'CLUSTER', 'INFO');
      await processes.until(port, 'cluster_state:ok', 'CLUSTER', 'INFO');
    }
  }

  /** The URL for `REDIS_URL`. */
  get url(): string {
    return `redis+cluster://${this.ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
  }

  /**
   * Connects a client to all servers. It does not queue commands while it is disconnected. Closed by `stop`.
   *
   * @param username see `setUser`
   */
  async connect(username = 'default'): Promise<Cluster> {
    const client = new Cluster(
      this.ports.map((port) => ({ host: '127.0.0.1', port })),
      {
        lazyConnect: true,
        enableOfflineQueue: false,
        shardedSubscribers: true,
        clusterRetryStrategy: () => 20,
        redisOptions: { username, password: 'none', commandTimeout: 2_000, autoResubscribe: false },
      },
    );
    // The tests observe rejected commands. Without a listener, a lost connection would end the process.
    client.on('error', () => undefined);
    this.#clients.add(client);
    await client.connect();
    // Commands that are sent while a server is not connected yet would arrive in any order.
    await Promise.all(client.nodes().map((node) => node.ping()));
    return client;
  }

  /** Creates a user with all rights and any password, or closes its connections and rejects new ones. */
  async setUser(name: string, state: 'on' | 'off'): Promise<void> {
    for (const port of this.ports) {
      await this.#processes.command(port, 'ACL', 'SETUSER', name, state, 'nopass', '~*', '&*', '+@all');
      if (state === 'off') await this.#processes.command(port, 'CLIENT', 'KILL', 'USER', name);
    }
  }

  /** Closes all connections that subscribe to channels, on one server or on all. */
  async closeSubscriptions(ports = this.ports): Promise<void> {
    for (const port of ports) await this.#processes.command(port, 'CLIENT', 'KILL', 'TYPE', 'pubsub');
  }

  /** Closes the clients, and kills the servers. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.#processes.stop();
  }
}
