import type { RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Guest } from './guest.ts';
import type { Connections } from '../connections/hub.ts';
import type { Logger } from '../support/log.ts';
import type { Membership } from './room.ts';
import type { Authorize } from './room-types.ts';

export interface ExpulsionOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly guests: ReadonlyMap<Connection, Guest>;
  readonly leave: (membership: Membership) => void;
  readonly authorize: Authorize;
  readonly log: Logger;
}

export interface Expulsion {
  /**
   * Removes a user from a room on this node.
   *
   * @returns the number of their connections that had joined and received `removed`
   */
  expel(room: string, user: string, code: string): number;
  /** Authorizes all memberships again, one after the other, because a permission change may have been missed. */
  judgeAll(): Promise<void>;
}

/** Removes connections from rooms that they are no longer authorized for. */
export function createExpulsion({ connections, guests, leave, authorize, log }: ExpulsionOptions): Expulsion {
  function takeOut(membership: Membership, code: string): boolean {
    const { connection, room, joined } = membership;
    leave(membership);
    if (joined) connections.emit(connection, { type: 'removed', room: room.name, code });
    return joined;
  }

  async function judge(connection: Connection): Promise<void> {
    for (const membership of guests.get(connection)?.memberships.list() ?? []) {
      const { name } = membership.room;
      try {
        const verdict = await authorize(connection.identity, name, 'join');
        if (verdict !== 'allowed' && !membership.gone) takeOut(membership, verdict);
      } catch (error) {
        // An error does not revoke access. The next join, send or renewal checks again.
        log.error({ err: error, room: name }, 'a room membership could not be authorized again');
      }
    }
  }

  // The renewal may have changed the roles.
  connections.onRenewed((connection) => void judge(connection));

  return {
    expel(room, user, code) {
      let removed = 0;
      for (const connection of connections.list({ user })) {
        const membership = guests.get(connection)?.memberships.get(room);
        if (membership !== undefined && takeOut(membership, code)) removed++;
      }
      return removed;
    },
    async judgeAll() {
      for (const connection of [...guests.keys()]) await judge(connection);
    },
  };
}
