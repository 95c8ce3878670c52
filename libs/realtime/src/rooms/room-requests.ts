import type { RoomsProtocol } from '@usher/protocol';
import type { Connection, Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { notFound } from '../support/errors.ts';
import { join, type JoinContext } from './join.ts';
import { following, limitToFrame } from './page.ts';
import type { RoomClient } from './room-client.ts';
import type { RoomAction } from './room-types.ts';

export interface RoomRequestsOptions {
  readonly connections: Connections<RoomsProtocol>;
  /** The clients of connections that have used the protocol. */
  readonly clients: ReadonlyMap<Connection, RoomClient>;
  /** Returns the client of a connection. Creates it if necessary. */
  readonly clientOf: (connection: Connection) => RoomClient;
  readonly setAway: (client: RoomClient, away: boolean) => void;
  readonly join: JoinContext;
  /** Rejects with the error for the client if the identity may not do this in the room. */
  readonly requireAccess: (identity: Identity, room: string, action: RoomAction) => Promise<void>;
}

/** The costs of requests, where a `ping` costs 1: a join or a page reads the history, and a leave is sent to the room. */
const costs = { join: 4, history: 4, leave: 2 } as const;

/**
 * Handles `join`, `history`, `leave` and `away`. Joins and leaves of one connection and room are handled one after the other.
 */
export function handleRoomRequests(options: RoomRequestsOptions): void {
  const { connections, clients, clientOf, setAway, join: context, requireAccess } = options;
  const { history, format, leave } = context;

  connections.handle(
    'join',
    async (params, connection, call) => {
      const client = clientOf(connection);
      const release = await client.acquire(params.room);
      try {
        return await join(context, client, params, call);
      } catch (error) {
        throw notFound(error);
      } finally {
        release();
      }
    },
    { cost: costs.join },
  );

  connections.handle(
    'history',
    async ({ room, after }, connection) => {
      const client = clientOf(connection);
      await requireAccess(connection.identity, room, 'history');
      try {
        const page = await client.reader.run(connection, () => history.read(room, following(after)));
        // The read may have waited for the client, and the user may have been removed meanwhile.
        await requireAccess(connection.identity, room, 'history');
        return page === undefined ? { messages: [], more: false } : limitToFrame(page, 'oldest', format);
      } catch (error) {
        throw notFound(error);
      }
    },
    { cost: costs.history },
  );

  connections.handle(
    'leave',
    async ({ room }, connection) => {
      const client = clientOf(connection);
      const release = await client.acquire(room);
      try {
        const membership = client.memberships.get(room);
        if (membership !== undefined) leave(membership);
      } finally {
        release();
      }
      return {};
    },
    { cost: costs.leave },
  );

  connections.on(
    'away',
    ({ away }, connection) => {
      setAway(clientOf(connection), away);
    },
    {
      // A change is sent to each joined room.
      cost({ away }, connection) {
        const client = clients.get(connection);
        return client === undefined || client.away === away ? 1 : Math.max(1, client.memberships.size);
      },
    },
  );
}
