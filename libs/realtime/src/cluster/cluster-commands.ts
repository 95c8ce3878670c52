import { randomUUID } from 'node:crypto';
import { type Bus, subscribe } from '../bus/bus.ts';
import { withDeadline } from '../support/deadline.ts';
import { type Logger, silent } from '../support/log.ts';
import type { Cluster } from './cluster.ts';

export interface ClusterCommandsOptions<C, R> {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** The subject of the commands. All nodes must use the same topic for the same kind of command. */
  readonly topic: string;
  /** Executes a command on this node. Commands of this node call it directly, without the bus. */
  readonly execute: (command: C) => R | Promise<R>;
  readonly isCommand: (value: unknown) => value is C;
  readonly isResult: (value: unknown) => value is R;
  /** How long to wait for all nodes, in milliseconds. Defaults to 2,000. */
  readonly timeoutMs?: number;
  /** Called when commands of other nodes may have been lost, so that their effects can be looked up. */
  readonly missed?: () => void;
  readonly log?: Logger;
}

export interface NodeResult<R> {
  readonly node: string;
  readonly result: R;
  /** Milliseconds from the command to the result of this node. */
  readonly ms: number;
}

export interface ClusterResults<R> {
  /** The result of this node, then those of the other nodes in order of arrival. */
  readonly results: readonly NodeResult<R>[];
  /** Whether every live node has returned a result. `false` if the live nodes are unknown. */
  readonly complete: boolean;
  /** The live nodes that have not returned a result. Empty if the live nodes are unknown. */
  readonly missing: readonly string[];
}

interface SentCommand<R> {
  readonly since: number;
  readonly results: Map<string, NodeResult<R>>;
  /** The live nodes; `undefined` while they are unknown. */
  live: ReadonlySet<string> | undefined;
  readonly finish: () => void;
}

/** The maximum number of commands in progress. Beyond it, results of other nodes are not collected. */
const maxPending = 1_000;

/**
 * Executes commands on all nodes and collects at most one result from each. A command is published even if the list of nodes or
 * this node does not reply. It does not wait for dead nodes.
 */
export class ClusterCommands<C, R> {
  readonly #options: ClusterCommandsOptions<C, R>;
  readonly #node: string;
  readonly #log: Logger;
  readonly #topic: string;
  readonly #sent = new Map<string, SentCommand<R>>();
  readonly #unsubscribe: (() => void)[];
  readonly #timeoutMs: number;
  #stopped = false;

  constructor(options: ClusterCommandsOptions<C, R>) {
    const { bus, cluster, topic, timeoutMs = 2_000, log = silent, missed } = options;
    this.#options = options;
    this.#node = cluster.id;
    this.#log = log;
    this.#topic = `cluster:${topic}`;
    this.#timeoutMs = timeoutMs;
    const onCommand = (payload: string): void => {
      this.#received(parse(payload));
    };
    const onResult = (payload: string): void => {
      this.#collect(parse(payload));
    };
    this.#unsubscribe = [
      subscribe(bus, this.#topic, onCommand, missed),
      subscribe(bus, this.#resultTopicOf(this.#node), onResult),
    ];
  }

  /**
   * Executes a command on every node, including this one. Resolves when all live nodes have returned a result, or after `timeoutMs`
   * with the results so far. Rejects with the error of this node's own `execute`.
   */
  async send(command: C): Promise<ClusterResults<R>> {
    const { promise: finished, resolve, reject } = Promise.withResolvers<undefined>();
    const finish = (): void => {
      resolve(undefined);
    };
    const sent: SentCommand<R> = { since: performance.now(), results: new Map(), live: undefined, finish };
    const id = randomUUID();
    if (this.#sent.size < maxPending) this.#sent.set(id, sent);
    const timer = setTimeout(finish, this.#timeoutMs);
    try {
      if (this.#stopped) finish();
      else this.#publish(this.#topic, { id, from: this.#node, command });
      void this.#lookUpNodes(sent);
      this.#execute(command).then((result) => {
        this.#add(sent, this.#node, result);
      }, reject);
      await finished;
    } finally {
      clearTimeout(timer);
      this.#sent.delete(id);
    }
    const { results, live } = sent;
    const own = results.get(this.#node);
    const others = [...results.values()].filter((each) => each !== own && live?.has(each.node) !== false);
    return {
      results: own === undefined ? others : [own, ...others],
      complete: isComplete(sent, this.#node),
      missing: [...(live ?? [])].filter((node) => !results.has(node)),
    };
  }

  /** Stops sending and executing commands. Pending commands resolve with the results so far. */
  stop(): void {
    this.#stopped = true;
    for (const end of this.#unsubscribe) end();
    for (const { finish } of this.#sent.values()) finish();
  }

  async #execute(command: C): Promise<R> {
    return this.#options.execute(command);
  }

  async #lookUpNodes(sent: SentCommand<R>): Promise<void> {
    try {
      sent.live = new Set(await withDeadline('cluster.nodes', () => this.#options.cluster.nodes(), this.#timeoutMs));
      if (isComplete(sent, this.#node)) sent.finish();
    } catch (error) {
      this.#log.error({ err: error, topic: this.#topic }, 'the live nodes could not be determined');
    }
  }

  #add(sent: SentCommand<R>, node: string, result: R): void {
    if (sent.results.has(node)) return;
    sent.results.set(node, { node, result, ms: elapsed(sent.since) });
    if (isComplete(sent, this.#node)) sent.finish();
  }

  #received({ id, from, command }: Fields): void {
    if (typeof id !== 'string' || typeof from !== 'string' || !this.#options.isCommand(command)) {
      this.#log.warn({ topic: this.#topic }, 'invalid cluster command on the bus');
    } else if (from !== this.#node) {
      void this.#respond(from, id, command);
    }
  }

  async #respond(from: string, id: string, command: C): Promise<void> {
    try {
      const result = await this.#execute(command);
      this.#publish(this.#resultTopicOf(from), { id, node: this.#node, result });
    } catch (error) {
      // Without a result, the sending node reports an incomplete outcome.
      this.#log.error({ err: error, topic: this.#topic }, 'a cluster command of another node failed');
    }
  }

  #collect({ id, node, result }: Fields): void {
    const sent = typeof id === 'string' ? this.#sent.get(id) : undefined;
    // Late results are ignored, and so are results of nodes that are not in the cluster.
    if (sent === undefined || typeof node !== 'string' || !this.#options.isResult(result)) return;
    if (node !== this.#node && sent.live?.has(node) !== false && sent.results.size <= maxPending) {
      this.#add(sent, node, result);
    }
  }

  #publish(topic: string, payload: object): void {
    try {
      this.#options.bus.publish(topic, JSON.stringify(payload));
    } catch (error) {
      this.#log.error({ err: error, topic }, 'a cluster command could not be published');
    }
  }

  #resultTopicOf(node: string): string {
    return `${this.#topic}:${node}`;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isComplete<R>({ live, results }: SentCommand<R>, own: string): boolean {
  return live !== undefined && results.has(own) && [...live].every((node) => results.has(node));
}

function elapsed(since: number): number {
  return Math.round((performance.now() - since) * 100) / 100;
}

function parse(payload: string): Fields {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
