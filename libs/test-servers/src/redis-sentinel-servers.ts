import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';
import { RedisProcesses } from './redis-processes.ts';

const name = 'usher';
/** Without the delay, a replica is in sync at once. */
const settings = ['--repl-diskless-sync-delay', '0'];
/** How long a Sentinel may take to promote a replica, in milliseconds. */
const promotionMs = 30_000;

/** A primary, its replicas and a Sentinel that promotes one of them, for tests, on TCP ports of 127.0.0.1. */
export class RedisSentinelServers {
  readonly #processes = new RedisProcesses();
  readonly #sentinel: number;
  readonly #replicas: readonly number[];
  #primary: number;
  /** The former primary, until it is a replica. */
  #killed: number | undefined;

  private constructor([sentinel = 0, primary = 0, ...replicas]: readonly number[]) {
    this.#sentinel = sentinel;
    this.#primary = primary;
    this.#replicas = replicas;
  }

  /** Starts the servers. Resolves when the replicas have the data of the primary, and the Sentinel knows all of them. */
  static async start({ replicas = 1 }: { readonly replicas?: number } = {}): Promise<RedisSentinelServers> {
    const servers = new RedisSentinelServers(await freePorts(2 + replicas));
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
    for (const replica of this.#replicas) await this.#startReplica(replica);
    await processes.startSentinel(this.#sentinel, [
      `sentinel monitor ${name} 127.0.0.1 ${this.#primary} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ]);
    for (const replica of this.#replicas) {
      await processes.until(this.#sentinel, String(replica), 'SENTINEL', 'REPLICAS', name);
    }
  }

  /** The port of the Sentinel. */
  get sentinelPort(): number {
    return this.#sentinel;
  }

  /** The URL for `REDIS_URL`. */
  get url(): string {
    return `redis+sentinel://127.0.0.1:${this.#sentinel}/${name}`;
  }

  /** Kills the primary with SIGKILL. Resolves when the Sentinel has promoted a replica. */
  async failOver(): Promise<void> {
    this.#killed = this.#primary;
    await this.#processes.kill(this.#primary);
    this.#primary = await this.#promoted(this.#primary);
    await this.#processes.until(this.#primary, 'role:master', 'INFO', 'replication');
  }

  /** Starts the server that `failOver` killed again, as a replica. Resolves when it has the data of the primary. */
  async restartKilled(): Promise<void> {
    if (this.#killed === undefined) throw new TypeError('no server was killed');
    await this.#startReplica(this.#killed);
    this.#killed = undefined;
  }

  /** Kills all servers. */
  async stop(): Promise<void> {
    await this.#processes.stop();
  }

  async #startReplica(port: number): Promise<void> {
    await this.#processes.start(port, [...settings, '--replicaof', '127.0.0.1', String(this.#primary)]);
    await this.#processes.until(port, 'master_link_status:up', 'INFO', 'replication');
  }

  /** Waits until the Sentinel names another primary. Returns its port. */
  async #promoted(former: number): Promise<number> {
    const deadline = performance.now() + promotionMs;
    for (;;) {
      const address = await this.#processes.command(this.#sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
      const port = Array.isArray(address) ? Number(address[1]) : former;
      if (port !== former) return port;
      if (performance.now() > deadline) throw new Error('the Sentinel promoted no replica');
      await delay(20);
    }
  }
}
