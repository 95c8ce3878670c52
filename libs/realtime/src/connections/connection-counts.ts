import { type Cluster, createMemoryCluster } from '../cluster/cluster.ts';

/**
 * The connections of each user on every node. Each node reports its own.
 *
 * Every implementation guarantees:
 * - `reserve` is atomic across all nodes: concurrent calls never accept more connections of a user than the limit.
 * - A later report of a node replaces its earlier ones. Reports of one node take effect in the order of the calls.
 * - The connections of a node that is down (see `Cluster`) do not count.
 * - While the store is unavailable, `reserve` and `isAvailable` reject, and `set` is applied when the store is back. If the store lost its
 *   data, every node reports again.
 */
export interface ConnectionCounts {
  /**
   * Reports `own` connections of a user on this node, unless the user then has more than `limit` connections on all nodes. Returns
   * whether the report was accepted, at once or as a promise. After a rejected or failed call, the caller reports its actual number with `set`.
   *
   * @param own includes the connection that is to be reserved
   */
  reserve(user: string, own: number, limit: number): boolean | Promise<boolean>;
  /** Returns whether `reserve` would accept this report. */
  isAvailable(user: string, own: number, limit: number): boolean | Promise<boolean>;
  /** Reports the connections of a user on this node. Does not wait for the store. */
  set(user: string, own: number): void;
  /** Stops all timers. */
  close(): void;
}

/** The reports of all nodes of one process: the connections of each user by node. */
export class MemoryConnectionCountsStore {
  readonly #byNode = new Map<string, Map<string, number>>();

  /** Sets the connections of a user on a node. 0 removes the entry. */
  set(node: string, user: string, own: number): void {
    let counts = this.#byNode.get(node);
    if (counts === undefined) this.#byNode.set(node, (counts = new Map<string, number>()));
    if (own > 0) counts.set(user, own);
    else counts.delete(user);
  }

  /** The connections of a user on all nodes but one. */
  others(node: string, user: string): number {
    let total = 0;
    for (const [other, counts] of this.#byNode) if (other !== node) total += counts.get(user) ?? 0;
    return total;
  }

  remove(node: string): void {
    this.#byNode.delete(node);
  }
}

export interface MemoryConnectionCountsOptions {
  /** Shared by all nodes. Defaults to a new store, for a deployment of one node. */
  readonly store?: MemoryConnectionCountsStore;
  /** Defaults to a new cluster of one node. */
  readonly cluster?: Cluster;
}

/** Counts within one process: one node, or several for tests. */
export function createMemoryConnectionCounts(options: MemoryConnectionCountsOptions = {}): ConnectionCounts {
  const { store = new MemoryConnectionCountsStore(), cluster = createMemoryCluster() } = options;
  const isAvailable = (user: string, own: number, limit: number): boolean =>
    store.others(cluster.id, user) + own <= limit;
  const stopListening = cluster.onNodeDown((node) => {
    store.remove(node);
  });
  return {
    reserve(user, own, limit) {
      const accepted = isAvailable(user, own, limit);
      if (accepted) store.set(cluster.id, user, own);
      return accepted;
    },
    isAvailable,
    set(user, own) {
      store.set(cluster.id, user, own);
    },
    close: stopListening,
  };
}
