import type { Reply, RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { LocalPresence } from './local-presence.ts';
import { above, type PresenceChange, maxPresent, noRoom, type PresentStatus, type Status } from './presence.ts';
import { isPublished, publishPresence, RoomPresence, type RoomPresenceContext } from './room-presence.ts';

type Present = Reply<RoomsProtocol, 'join'>['present'];

/** A room with members on this node. */
export interface LocalRoom {
  readonly name: string;
  readonly members: ReadonlyMap<Connection, LocalMember>;
}

/** A connection that has joined a room, or is joining it. */
interface LocalMember {
  readonly connection: Connection;
  /** Whether events of the room are sent to this member. */
  readonly live: boolean;
}

interface JoiningMember {
  readonly connection: Connection;
  readonly room: { readonly name: string };
  /** Whether the connection had joined before. */
  readonly joined: boolean;
}

/** A connection and the rooms that it has joined. */
interface LocalClient {
  readonly connection: Connection;
  readonly memberships: { list(): readonly JoiningMember[] };
  away: boolean;
}

export interface PresenceContext extends Pick<RoomPresenceContext, 'presence' | 'bus' | 'gapTimeoutMs' | 'log'> {
  readonly connections: Connections<RoomsProtocol>;
  readonly node: string;
  readonly graceMs: number;
}

export interface PresenceHandlers {
  readonly localPresence: LocalPresence;
  /** Tracks presence in a room for its members on this node, until the returned function is called. */
  follow(room: LocalRoom): () => void;
  /** Resolves when the presence of a tracked room is loaded or the load has failed. */
  ready(room: { readonly name: string }): Promise<void>;
  /** Adds a new member and returns the present users, starting with its own user. Call it directly before the reply. */
  joined(membership: JoiningMember, away: boolean): Present;
  /** A connection became away, or is back. */
  setAway(client: LocalClient, away: boolean): void;
  /** A connection has closed. @param dropped it was lost and may reconnect within the grace period */
  closed(connection: Connection, away: boolean, dropped: boolean): void;
  /** Resolves to the statuses of all users who are connected to any node. */
  statusOf(users: readonly string[]): Promise<ReadonlyMap<string, PresentStatus>>;
  /** Removes the presence of a node that has died. */
  removeNode(node: string): Promise<void>;
  /** Removes the presence of this node. Never rejects. */
  stop(): Promise<void>;
}

/** Sends presence changes on any node to the members of rooms. */
export function handlePresence(context: PresenceContext): PresenceHandlers {
  const { connections, presence, bus, node, graceMs, log } = context;
  const followed = new Map<string, RoomPresence>();
  const localPresence = new LocalPresence({ presence, node, graceMs, log, changed });

  function changed(change: PresenceChange): void {
    if (!isPublished(change)) return;
    // The bus delivers the change too, but it may be unavailable.
    followed.get(change.room)?.take(change);
    try {
      publishPresence(bus, change);
    } catch (error) {
      log.error({ err: error, room: change.room }, 'a presence change could not be published');
    }
  }

  /** Another node removed this node's presence by mistake: reports it to the store again. */
  function repair(room: LocalRoom, user: string, after: Status): void {
    const own = localPresence.find(room.name, user);
    if (own !== undefined && above(own.live, after)) localPresence.report(own);
  }

  function send(room: LocalRoom, user: string, after: Status, only?: ReadonlyMap<Connection, Status>): void {
    const own = localPresence.find(room.name, user);
    const frame = connections.encode({ type: 'presence', room: room.name, user, status: after });
    for (const { connection, live } of room.members.values()) {
      if (!live || only?.has(connection) === false) continue;
      // Skip connections of the user that know this status from their join reply. A user with a connection is not `offline` to
      // themselves.
      const theirs = connection.identity.user === user;
      if (theirs && (own?.known === after || after === 'offline')) continue;
      connection.send(frame);
    }
    if (own !== undefined && own.connections > 0) own.known = after;
  }

  connections.onOpened(({ identity: { user } }) => {
    localPresence.joined(noRoom, user, false);
  });

  return {
    localPresence,

    follow(room) {
      const roomPresence = new RoomPresence(room.name, {
        ...context,
        changed: (user, status) => {
          repair(room, user, status);
        },
        send: (user, status, only) => {
          send(room, user, status, only);
        },
        lost: () => {
          localPresence.reportAll(room.name);
        },
      });
      followed.set(room.name, roomPresence);
      return () => {
        if (followed.get(room.name) === roomPresence) followed.delete(room.name);
        roomPresence.close();
      };
    },

    ready: (room) => followed.get(room.name)?.ready() ?? Promise.resolve(),

    joined({ joined, room, connection }, away) {
      const { user } = connection.identity;
      const present =
        (joined ? localPresence.find(room.name, user) : undefined) ?? localPresence.joined(room.name, user, away);
      const roomPresence = followed.get(room.name);
      const users = roomPresence?.users;
      // List the status that the other members know. A pending change follows as an event.
      const status = users?.get(user) ?? (present.status === 'away' ? 'away' : 'online');
      roomPresence?.listed(connection, status);
      present.known = present.connections === 1 || present.known === status ? status : 'offline';
      const list: Present = [{ user, status }];
      for (const [other, otherStatus] of users ?? []) {
        if (list.length >= maxPresent) break;
        if (other !== user) list.push({ user: other, status: otherStatus });
      }
      return list;
    },

    setAway(client, away) {
      if (client.away === away) return;
      client.away = away;
      const { user } = client.connection.identity;
      localPresence.setAway(noRoom, user, away);
      for (const { joined, room } of client.memberships.list()) {
        if (joined) localPresence.setAway(room.name, user, away);
      }
    },

    closed({ identity: { user } }, away, dropped) {
      localPresence.left(noRoom, user, away, dropped);
    },

    statusOf: (users) => presence.statusOf(users),

    async removeNode(dead) {
      for (const change of await presence.removeNode(dead)) changed(change);
    },

    stop: () => localPresence.stop(),
  };
}
