import type { Reply, RoomsProtocol } from '@usher/protocol';
import { Attendance } from './attendance.ts';
import type { Guest } from '../rooms/guest.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/hub.ts';
import { above, type PresenceChange, presentAtMost, type Status } from './presence.ts';
import type { Membership, Room } from '../rooms/room.ts';
import { publishPresence, RoomPresence, type RoomPresenceMeans } from './room-presence.ts';

type Present = Reply<RoomsProtocol, 'join'>['present'];

export interface PresenceOptions extends Pick<RoomPresenceMeans, 'presence' | 'bus' | 'holeMs' | 'log'> {
  readonly connections: Connections<RoomsProtocol>;
  readonly node: string;
  readonly graceMs: number;
}

export interface ServedPresence {
  readonly attendance: Attendance;
  /** Keeps up with who is present in a room, for its members on this node, until the returned function is called. */
  follow(room: Room): () => void;
  /** Resolves when it is known who is present in a room that is followed, or it turned out that nobody can tell now. */
  ready(room: Room): Promise<void>;
  /** Counts a member in who was not, and answers who is there, the person first. To be called right before the reply. */
  joined(membership: Membership, away: boolean): Present;
  /** A connection looks elsewhere, or is back. */
  turned(guest: Guest, away: boolean): void;
  /** A node is dead: those who were there alone are gone. */
  forget(node: string): Promise<void>;
}

/** Tells the members of rooms who comes, goes and looks elsewhere, on any node. */
export function servePresence(options: PresenceOptions): ServedPresence {
  const { connections, presence, bus, node, graceMs, log } = options;
  const followed = new Map<string, RoomPresence>();
  const attendance = new Attendance({ presence, node, graceMs, log, changed });

  function changed(change: PresenceChange): void {
    // The bus brings it as well, and may be away.
    followed.get(change.room)?.take(change);
    try {
      publishPresence(bus, change);
    } catch (error) {
      log.error({ err: error, room: change.room }, 'a presence could not be published');
    }
  }

  /** The store shows less than there is, where this node was taken for dead: it says again what there is. */
  function repair(room: Room, user: string, after: Status): void {
    const own = attendance.find(room.name, user);
    if (own !== undefined && above(own.live, after)) attendance.again(own);
  }

  function tell(room: Room, user: string, after: Status, only?: ReadonlyMap<Connection, Status>): void {
    const own = attendance.find(room.name, user);
    const frame = connections.encode({ type: 'presence', room: room.name, user, status: after });
    for (const membership of room.members.values()) {
      if (!membership.live || only?.has(membership.connection) === false) continue;
      // What the reply to their join has told, nobody has to hear again; and whoever is here is not gone.
      const theirs = membership.connection.identity.user === user;
      if (theirs && (own?.known === after || after === 'offline')) continue;
      membership.connection.send(frame);
    }
    if (own !== undefined && own.connections > 0) own.known = after;
  }

  return {
    attendance,

    follow(room) {
      const roomPresence = new RoomPresence(room.name, {
        ...options,
        changed: (user, status) => {
          repair(room, user, status);
        },
        tell: (user, status, only) => {
          tell(room, user, status, only);
        },
        lost: () => {
          attendance.allAgain(room.name);
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
      const present = (joined ? attendance.find(room.name, user) : undefined) ?? attendance.came(room.name, user, away);
      const roomPresence = followed.get(room.name);
      const people = roomPresence?.people;
      // What the others know of them, and not what they are about to learn: that is told as a change.
      const status = people?.get(user) ?? (present.status === 'away' ? 'away' : 'online');
      roomPresence?.listed(connection, status);
      present.known = present.connections === 1 || present.known === status ? status : 'offline';
      const list: Present = [{ user, status }];
      for (const [other, otherStatus] of people ?? []) {
        if (list.length >= presentAtMost) break;
        if (other !== user) list.push({ user: other, status: otherStatus });
      }
      return list;
    },

    turned(guest, away) {
      if (guest.away === away) return;
      guest.away = away;
      const { user } = guest.connection.identity;
      for (const { joined, room } of guest.memberships.list()) {
        if (joined) attendance.turned(room.name, user, away);
      }
    },

    async forget(dead) {
      for (const change of await presence.forget(dead)) changed(change);
    },
  };
}
