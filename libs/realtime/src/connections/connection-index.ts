import { CompactMultimap } from '../support/compact-maps.ts';
import type { ConnectionFilter } from './connections-types.ts';
import type { ServerConnection } from './server-connection.ts';

/** The connections that are served on this node, by id, user and session. */
export class ConnectionIndex {
  readonly #byId = new Map<string, ServerConnection>();
  readonly #byUser = new CompactMultimap<ServerConnection>();
  readonly #bySession = new CompactMultimap<ServerConnection>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): ServerConnection | undefined {
    return this.#byId.get(id);
  }

  add(connection: ServerConnection): void {
    this.#byId.set(connection.id, connection);
    this.#byUser.add(connection.identity.user, connection);
    this.#bySession.add(connection.identity.session, connection);
  }

  delete(connection: ServerConnection): void {
    this.#byId.delete(connection.id);
    this.#byUser.delete(connection.identity.user, connection);
    this.#bySession.delete(connection.identity.session, connection);
  }

  /** Returns a copy of the matching connections. */
  find({ id, user, session }: ConnectionFilter = {}): ServerConnection[] {
    let connections: ServerConnection[];
    if (id !== undefined) {
      const connection = this.#byId.get(id);
      connections = connection === undefined ? [] : [connection];
    } else if (session !== undefined) connections = this.#bySession.get(session);
    else if (user !== undefined) connections = this.#byUser.get(user);
    else return [...this.#byId.values()];
    return connections.filter(
      ({ identity }) =>
        (user === undefined || identity.user === user) && (session === undefined || identity.session === session),
    );
  }

  /** Takes constant time without a filter and for a filter by user only. */
  count(filter?: ConnectionFilter): number {
    if (filter === undefined) return this.#byId.size;
    const { id, user, session } = filter;
    if (user !== undefined && id === undefined && session === undefined) return this.#byUser.count(user);
    return this.find(filter).length;
  }
}
