import type { Cluster } from '../cluster/cluster.ts';

/**
 * Whether earlier authorizations on this node are still valid. They are while the node is live, because each removal waits until all live nodes
 * have executed it. After a time in which the node was not live, or in which the bus may have lost removals, every member has to be authorized
 * again before anything is delivered to it.
 */
export class Authorizations {
  readonly #cluster: Pick<Cluster, 'isLive'>;
  #generation = 1;
  #validated = 1;

  constructor(cluster: Pick<Cluster, 'isLive'>) {
    this.#cluster = cluster;
  }

  /** Changes with each `invalidate`. An authorization is valid only in the generation in which it began. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether an authorization of this generation is valid. Always `false` while the node is not live. */
  areValid(generation: number): boolean {
    return generation === this.#generation && this.#cluster.isLive();
  }

  /** Whether the sessions of all connections are known to be valid. */
  areSessionsValid(): boolean {
    return this.areValid(this.#validated);
  }

  /** The sessions of all connections were validated. @param generation when the validation began */
  sessionsValidated(generation: number): void {
    this.#validated = Math.max(this.#validated, generation);
  }

  /** This node may have missed removals and revocations. */
  invalidate(): void {
    this.#generation++;
  }
}
