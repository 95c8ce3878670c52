import { freePorts } from './free-ports.ts';
import { RedisProcesses } from './redis-processes.ts';

const name = 'usher';
/** Without the delay, a replica is in sync at once. */
const settings = ['--repl-diskless-sync-delay', '0'];

/** A primary, a replica and a Sentinel that promotes the replica, for tests, on TCP ports of 127.0.0.1. */
export class RedisSentinelServers {
  readonly #processes = new RedisProcesses();
  readonly #sentinel: number;
  #primary: number;
  #replica: number;

  private constructor([primary = 0, replica = 0, sentinel = 0]: readonly number[]) {
    this.#primary = primary;
    this.#replica = replica;
    this.#sentinel = sentinel;
  }

  /** Starts the servers. Resolves when the replica has the data of the primary, and the Sentinel knows both. */
  static async start(): Promise<RedisSentinelServers> {
    const servers = new RedisSentinelServers(await freePorts(3));
    try {
      await servers.#create();
      return servers;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  async #create(): Promise<void> {
    const processes = this.#processes;
    await processes.start(this.#primary, settings);
    await this.startReplica();
    await processes.startSentinel(this.#sentinel, [
      `sentinel monitor ${name} 127.0.0.1 ${this.#primary} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ]);
    await processes.until(this.#sentinel, String(this.#replica), 'SENTINEL', 'REPLICAS', name);
  }

  /** The port of the Sentinel. */
  get sentinelPort(): number {
    return this.#sentinel;
  }

  /** The URL for `REDIS_URL`. */
  get url(): string {
    return `redis+sentinel://127.0.0.1:${this.#sentinel}/${name}`;
  }

  /** Kills the primary with SIGKILL. Resolves when the Sentinel has promoted the replica. */
  async failOver(): Promise<void> {
    await this.#processes.kill(this.#primary);
    await this.#processes.until(this.#sentinel, String(this.#replica), 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
    await this.#processes.until(this.#replica, 'role:master', 'INFO', 'replication');
    [this.#primary, this.#replica] = [this.#replica, this.#primary];
  }

  /** Starts the server that `failOver` killed again, as a replica. Resolves when it has the data of the primary. */
  async startReplica(): Promise<void> {
    const replicaOf = ['--replicaof', '127.0.0.1', String(this.#primary)];
    await this.#processes.start(this.#replica, [...settings, ...replicaOf]);
    await this.#processes.until(this.#replica, 'master_link_status:up', 'INFO', 'replication');
  }

  /** Kills all servers. */
  async stop(): Promise<void> {
    await this.#processes.stop();
  }
}
