import type { Accounts } from '../accounts.ts';
import { type ClusterPeer, type RunningPeer, startPeer } from '../peers.ts';
import { progressed } from '../progress.ts';
import { type RedisService, startRedis } from './services.ts';

/** The parts of a deployment. */
interface Parts {
  readonly program: 'usher' | 'socket-io';
  readonly nodes: number;
  readonly redis: boolean;
  /** Settings of every node. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A ticket call and a message count toward these limits on all nodes together. */
const usher = { MAX_MB_PER_USER_PER_DAY: '1000000', MAX_ROOMS_PER_USER_PER_HOUR: '100000' };

const deployments: Readonly<Record<ClusterPeer, Parts>> = {
  'usher-postgres': { program: 'usher', nodes: 1, redis: false, settings: usher },
  'usher-redis': { program: 'usher', nodes: 1, redis: true, settings: usher },
  'usher-cluster': { program: 'usher', nodes: 3, redis: true, settings: usher },
  'socket-io-redis': { program: 'socket-io', nodes: 3, redis: true, settings: { ADAPTER: 'redis' } },
  'socket-io-streams': { program: 'socket-io', nodes: 3, redis: true, settings: { ADAPTER: 'redis-streams' } },
};

/** A request to start a deployment. */
export interface DeploymentOrder {
  readonly peer: ClusterPeer;
  readonly accounts: Accounts;
  readonly postgres: { readonly url: string; readonly pid: number };
  /** Settings that override those of the deployment. */
  readonly settings: Readonly<Record<string, string>>;
  /** The file for a CPU profile of the first node. */
  readonly profile?: string | undefined;
}

/** Several servers of one peer, and the services that they share. */
export class Deployment {
  readonly order: DeploymentOrder;
  readonly nodes: RunningPeer[] = [];
  readonly #parts: Parts;
  readonly #redis: RedisService | undefined;
  readonly #beforeStop: (() => Promise<void>)[] = [];

  private constructor(order: DeploymentOrder, parts: Parts, redis: RedisService | undefined) {
    this.order = order;
    this.#parts = parts;
    this.#redis = redis;
  }

  /** Starts Redis, if the peer uses it, and the nodes. The database must exist. */
  static async start(order: DeploymentOrder): Promise<Deployment> {
    const parts = deployments[order.peer];
    const deployment = new Deployment(order, parts, parts.redis ? await startRedis() : undefined);
    // One after another: the first node migrates the database, and the others find it migrated.
    for (let index = 0; index < parts.nodes; index += 1) deployment.nodes.push(await deployment.#startNode(index, '0'));
    return deployment;
  }

  /** The processes of PostgreSQL and Redis that this deployment uses. */
  get services(): Readonly<Record<string, number>> {
    return {
      ...(this.#redis === undefined ? {} : { Redis: this.#redis.pid }),
      ...(this.#parts.program === 'usher' ? { PostgreSQL: this.order.postgres.pid } : {}),
    };
  }

  /** Stops a node, and resolves when its successor on the same port is ready. */
  async restartNode(index: number): Promise<void> {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${index}`);
    await node.stop();
    this.nodes[index] = await this.#startNode(index, String(node.port));
  }

  /** Kills Redis, and resolves when it accepts connections again, without data. */
  async restartRedis(): Promise<void> {
    if (this.#redis === undefined) throw new TypeError('this deployment has no Redis');
    await this.#redis.restart();
  }

  /** Registers a function that ends clients of this deployment. */
  beforeStop(end: () => Promise<void>): void {
    this.#beforeStop.push(end);
  }

  /** Ends the registered clients, then the nodes, then Redis. */
  async stop(): Promise<void> {
    for (const end of this.#beforeStop) await end();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.#redis?.end();
  }

  async #startNode(index: number, port: string): Promise<RunningPeer> {
    const { accounts, postgres, settings, profile } = this.order;
    const services = {
      ...(this.#redis === undefined ? {} : { REDIS_URL: this.#redis.url }),
      ...(this.#parts.program === 'usher' ? { DATABASE_URL: postgres.url } : {}),
    };
    const node = await startPeer(this.#parts.program, accounts, {
      profile: index === 0 ? profile : undefined,
      settings: { ...this.#parts.settings, ...services, ...settings, PORT: port },
    });
    progressed();
    return node;
  }
}
