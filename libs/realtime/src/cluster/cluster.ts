import { randomUUID } from 'node:crypto';
import { Listeners } from '../support/listeners.ts';
import { type Logger, silent } from '../support/log.ts';

/**
 * The nodes of one deployment, as one of them sees them.
 *
 * Every implementation guarantees:
 * - `id` is unique among all nodes, also among the earlier runs of a restarted process.
 * - `nodes` contains this node until it is closed, and every node that counts itself as live (`isLive`).
 * - Every other node is reported down once on each live node: when it has closed, or when it has not been seen for as long as the
 *   implementation documents. A node that is down does not come back under the same id.
 */
export interface Cluster {
  /** The id of this node. */
  readonly id: string;
  /** The number of live nodes that this node knows, including itself. May lag behind `nodes` by as long as the implementation documents. */
  readonly size: number;
  /** Resolves to the ids of the live nodes, including this one. Rejects if the store is unavailable. */
  nodes(): Promise<readonly string[]>;
  /** Calls `listener` with the id of each node that goes down. Returns a function that removes the listener. */
  onNodeDown(listener: (node: string) => void): () => void;
  /**
   * Whether the other nodes still count this node as live, so that they wait for its replies. While it is `false`, this node may have missed
   * revocations and removals. It is `false` no later than another node stops waiting, even after the process was suspended.
   */
  isLive(): boolean;
  /** How long the other nodes still count this node as live without a renewal, in milliseconds. Absent if nodes have no lease. */
  readonly leaseMs?: number;
  /**
   * Calls `listener` when this node is live again after the others may have counted it as down: it has to look up what it missed. Returns a
   * function that removes the listener.
   */
  onLeaseLost(listener: () => void): () => void;
  /** Removes this node from the cluster, and all listeners. Idempotent. */
  close(): Promise<void>;
}

/** The nodes of one memory cluster. */
export class MemoryClusterStore {
  readonly #nodes = new Map<string, (node: string) => void>();

  get nodes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** @throws Error if a node with this id exists */
  add(id: string, nodeDown: (node: string) => void): void {
    if (this.#nodes.has(id)) throw new Error(`the cluster already has a node "${id}"`);
    this.#nodes.set(id, nodeDown);
  }

  /** Removes a node, as when its process ends, and reports it down to the others. */
  remove(id: string): void {
    if (!this.#nodes.delete(id)) return;
    for (const nodeDown of [...this.#nodes.values()]) nodeDown(id);
  }
}

export interface MemoryClusterOptions {
  /** Shared by all nodes. Defaults to a new store, for a deployment of one node. */
  readonly store?: MemoryClusterStore;
  /** Defaults to a random id. */
  readonly id?: string;
  readonly log?: Logger;
}

/** A cluster within one process: one node, or several for tests. A closed node is reported down immediately. */
export function createMemoryCluster(options: MemoryClusterOptions = {}): Cluster {
  const { store = new MemoryClusterStore(), id = randomUUID(), log = silent } = options;
  let listeners = new Listeners<[node: string]>(log, 'a cluster listener threw');
  store.add(id, (node) => {
    listeners.notify(node);
  });
  return {
    id,
    get size() {
      return Math.max(1, store.nodes.length);
    },
    nodes: () => Promise.resolve(store.nodes),
    onNodeDown: (listener) => listeners.add(listener),
    isLive: () => store.nodes.includes(id),
    onLeaseLost: () => () => undefined,
    close() {
      listeners = new Listeners(log, 'a cluster listener threw');
      store.remove(id);
      return Promise.resolve();
    },
  };
}
