import type { RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { RoomClient } from './room-client.ts';
import type { Connections } from '../connections/connections-types.ts';
import { withDeadline } from '../support/deadline.ts';
import type { Logger } from '../support/log.ts';
import type { Membership, Room } from './room.ts';
import type { Authorize } from './room-types.ts';

export interface EvictionOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly clients: ReadonlyMap<Connection, RoomClient>;
  readonly leave: (membership: Membership) => void;
  readonly authorize: Authorize;
  /** Resolves when the sessions of the connections are valid or their connections are closed. */
  readonly requireSessions: (connections: readonly Connection[]) => Promise<void>;
  readonly log: Logger;
}

/** The maximum number of authorizations of one room at the same time. */
const authorizedAtOnce = 8;

export interface Eviction {
  /**
   * Removes a user from a room on this node.
   *
   * @returns the number of their connections that had joined and received `removed`
   */
  evict(room: string, user: string, code: string): number;
  /** Removes all members from a room on this node. Returns the number of connections that had joined and received `removed`. */
  evictAll(room: Room, code: string): number;
  /**
   * Authorizes all members of a room again and removes those that are no longer authorized. Rejects if one cannot be authorized: nothing may
   * be delivered until a later call resolves.
   */
  authorizeMembers(room: Room): Promise<void>;
  /** Ends the listener for renewals. */
  stop(): void;
}

/** Removes connections from rooms that they are no longer authorized for. */
export function createEviction({
  connections,
  clients,
  leave,
  authorize,
  requireSessions,
  log,
}: EvictionOptions): Eviction {
  function remove(membership: Membership, code: string): boolean {
    const { connection, room, joined } = membership;
    leave(membership);
    if (joined) connections.emit(connection, { type: 'removed', room: room.name, code });
    return joined;
  }

  async function requireMembership(membership: Membership): Promise<void> {
    const { connection, room } = membership;
    const decision = await withDeadline('authorize', () => authorize(connection.identity, room.name, 'join'));
    if (decision !== 'allowed' && !membership.gone) remove(membership, decision);
  }

  async function authorizeAgain(connection: Connection): Promise<void> {
    for (const membership of clients.get(connection)?.memberships.list() ?? []) {
      try {
        await requireMembership(membership);
      } catch (error) {
        // An error does not revoke access. The next join, send or renewal checks again.
        log.error({ err: error, room: membership.room.name }, 'a room membership could not be authorized again');
      }
    }
  }

  // The renewal may have changed the roles.
  const stop = connections.onRenewed((connection) => void authorizeAgain(connection));

  return {
    stop,
    evict(room, user, code) {
      let removed = 0;
      for (const connection of connections.list({ user })) {
        const membership = clients.get(connection)?.memberships.get(room);
        if (membership !== undefined && remove(membership, code)) removed++;
      }
      return removed;
    },
    evictAll({ members }, code) {
      return [...members.values()].filter((membership) => remove(membership, code)).length;
    },
    async authorizeMembers({ members }) {
      await requireSessions([...members.keys()]);
      const memberships = [...members.values()];
      for (let from = 0; from < memberships.length; from += authorizedAtOnce) {
        await Promise.all(memberships.slice(from, from + authorizedAtOnce).map(requireMembership));
      }
    },
  };
}
