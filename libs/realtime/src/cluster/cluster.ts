/**
 * The nodes of a deployment. Each node has one id and a lease that it renews; a node whose lease has expired counts as down.
 *
 * Every implementation guarantees:
 * - `nodes` contains this node, and every other node that has renewed its lease in time, by the clock of the store.
 * - Each node calls its `onNodeDown` listeners once for every other node that it has seen and that is down or has stopped.
 * - A node that did not renew its lease in time, because it was suspended or lost the store, calls `onLeaseLost` before it appears in
 *   `nodes` again. Other nodes may have removed what it published, and it may have missed revocations.
 */
export interface Cluster {
  /** The id of this node, unique among all nodes and restarts. */
  readonly id: string;
  /** Resolves to the ids of the live nodes. Rejects if the store is unavailable. */
  nodes(): Promise<readonly string[]>;
  /** Calls `listener` with the id of a node that is down. @returns a function that removes the listener */
  onNodeDown(listener: (node: string) => void): () => void;
  /** Calls `listener` after this node has lost its lease and has it again. @returns a function that removes the listener */
  onLeaseLost(listener: () => void): () => void;
  /** Ends the lease of this node, so that the others see at once that it is down. */
  close(): Promise<void>;
}
