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
  /** Takes a person out of a room on this node. @returns how many of their connections had been let in, and so were told. */
  expel(room: string, user: string, code: string): number;
  /** Rights may have changed without anybody having told: all are judged again, one after the other. */
  judgeAll(): Promise<void>;
}

/** Takes people out of rooms who may not be there any more. */
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
        // A right that cannot be looked up is not taken away: the next join, send and renewal ask again.
        log.error({ err: error, room: name }, 'a right to a room could not be judged again');
      }
    }
  }

  // Roles may be others now.
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
