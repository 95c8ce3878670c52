import type { Reply, RoomsProtocol } from '@usher/protocol';
import { LocalPresence } from './local-presence.ts';
import type { RoomClient } from '../rooms/room-client.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { above, type PresenceChange, maxPresent, type Status } from './presence.ts';
import type { Membership, Room } from '../rooms/room.ts';
import { publishPresence, RoomPresence, type RoomPresenceContext } from './room-presence.ts';

type Present = Reply<RoomsProtocol, 'join'>['present'];

export interface PresenceOptions extends Pick<RoomPresenceContext, 'presence' | 'bus' | 'gapTimeoutMs' | 'log'> {
  readonly connections: Connections<RoomsProtocol>;
  readonly node: string;
  readonly graceMs: number;
}

export interface ServedPresence {
  readonly localPresence: LocalPresence;
  /** Tracks presence in a room for its members on this node, until the returned function is called. */
  follow(room: Room): () => void;
  /** Resolves when the presence of a tracked room is loaded or the load has failed. */
  ready(room: Room): Promise<void>;
  /** Adds a new member and returns the present users, starting with its own user. Call it directly before the reply. */
  joined(membership: Membership, away: boolean): Present;
  /** A connection became away, or is back. */
  setAway(client: RoomClient, away: boolean): void;
  /** Removes the presence of a node that has died. */
  forget(node: string): Promise<void>;
}

/** Sends presence changes on any node to the members of rooms. */
export function servePresence(options: PresenceOptions): ServedPresence {
  const { connections, presence, bus, node, graceMs, log } = options;
  const followed = new Map<string, RoomPresence>();
  const localPresence = new LocalPresence({ presence, node, graceMs, log, changed });

  function changed(change: PresenceChange): void {
    // The bus delivers the change too, but it may be unavailable.
    followed.get(change.room)?.take(change);
    try {
      publishPresence(bus, change);
    } catch (error) {
      log.error({ err: error, room: change.room }, 'a presence change could not be published');
    }
  }

  /** Another node removed this node's presence by mistake: reports it to the store again. */
  function repair(room: Room, user: string, after: Status): void {
    const own = localPresence.find(room.name, user);
    if (own !== undefined && above(own.live, after)) localPresence.report(own);
  }

  function send(room: Room, user: string, after: Status, only?: ReadonlyMap<Connection, Status>): void {
    const own = localPresence.find(room.name, user);
    const frame = connections.encode({ type: 'presence', room: room.name, user, status: after });
    for (const membership of room.members.values()) {
      if (!membership.live || only?.has(membership.connection) === false) continue;
      // Skip connections of the user that know this status from their join reply. A user with a connection is not `offline` to
      // themselves.
      const theirs = membership.connection.identity.user === user;
      if (theirs && (own?.known === after || after === 'offline')) continue;
      membership.connection.send(frame);
    }
    if (own !== undefined && own.connections > 0) own.known = after;
  }

  return {
    localPresence,

    follow(room) {
      const roomPresence = new RoomPresence(room.name, {
        ...options,
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
      for (const { joined, room } of client.memberships.list()) {
        if (joined) localPresence.setAway(room.name, user, away);
      }
    },

    async forget(dead) {
      for (const change of await presence.forget(dead)) changed(change);
    },
  };
}
