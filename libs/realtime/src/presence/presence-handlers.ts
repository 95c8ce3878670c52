import type { Reply, RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { LocalPresence } from './local-presence.ts';
import { above, type PresenceChange, maxPresent, noRoom, type Status } from './presence.ts';
import { isPublished, publishPresence, RoomPresence, type RoomPresenceContext } from './room-presence.ts';

type Present = Reply<RoomsProtocol, 'join'>['present'];

/** A room with members on this node. */
export interface LocalRoom {
  readonly name: string;
  readonly members: ReadonlyMap<Connection, LocalMember>;
  /** Whether frames may be sent to the members now. */
  readonly mayDeliver: boolean;
  /** Calls `send` now, or when frames may be sent. A later call with the same key replaces one that is waiting. */
  deliver(key: string, send: () => void): void;
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

/** Tracks the presence of users on this node and sends presence changes on any node to the members of rooms. */
export class PresenceHandlers {
  readonly localPresence: LocalPresence;
  readonly #context: PresenceContext;
  readonly #endOnOpened: () => void;
  /** The rooms with members on this node. */
  readonly #followed = new Map<string, RoomPresence>();

  constructor(context: PresenceContext) {
    this.#context = context;
    const changed = (change: PresenceChange): void => {
      this.#changed(change);
    };
    this.localPresence = new LocalPresence({ ...context, changed });
    this.#endOnOpened = context.connections.onOpened(({ identity: { user } }) => {
      this.localPresence.joined(noRoom, user, false);
    });
  }

  /** Tracks presence in a room for its members on this node, until the returned function is called. */
  follow(room: LocalRoom): () => void {
    const roomPresence = new RoomPresence(room.name, {
      ...this.#context,
      changed: (user, status) => {
        this.#repair(room, user, status);
      },
      send: (user, status, only) => {
        room.deliver(`presence ${user}`, () => {
          this.#send(room, user, status, only);
        });
      },
      lost: () => {
        this.localPresence.reportAll(room.name);
      },
    });
    this.#followed.set(room.name, roomPresence);
    return () => {
      if (this.#followed.get(room.name) === roomPresence) this.#followed.delete(room.name);
      roomPresence.close();
    };
  }

  /** Resolves when the presence of a tracked room is loaded or the load has failed. */
  ready({ name }: { readonly name: string }): Promise<void> {
    return this.#followed.get(name)?.ready() ?? Promise.resolve();
  }

  /** Adds a new member and returns the present users, starting with its own user. Call it directly before the reply. */
  joined({ joined, room, connection }: JoiningMember, away: boolean): Present {
    const { user } = connection.identity;
    const present =
      (joined ? this.localPresence.find(room.name, user) : undefined) ??
      this.localPresence.joined(room.name, user, away);
    const roomPresence = this.#followed.get(room.name);
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
  }

  /** A connection became away, or is back. */
  setAway(client: LocalClient, away: boolean): void {
    if (client.away === away) return;
    client.away = away;
    const { user } = client.connection.identity;
    this.localPresence.setAway(noRoom, user, away);
    for (const { joined, room } of client.memberships.list()) {
      if (joined) this.localPresence.setAway(room.name, user, away);
    }
  }

  /** A connection has closed. @param dropped it was lost and may reconnect within the grace period */
  closed({ identity: { user } }: Connection, away: boolean, dropped: boolean): void {
    this.localPresence.left(noRoom, user, away, dropped);
  }

  /** Removes the presence of this node from the store and ends its listener. Never rejects. */
  async stop(): Promise<void> {
    this.#endOnOpened();
    await this.localPresence.stop();
  }

  /** Removes the presence of a node that has died. */
  async removeNode(node: string): Promise<void> {
    for (const change of await this.#context.presence.removeNode(node)) this.#changed(change);
  }

  #changed(change: PresenceChange): void {
    if (!isPublished(change)) return;
    // The bus delivers the change too, but it may be unavailable.
    this.#followed.get(change.room)?.take(change);
    try {
      publishPresence(this.#context.bus, change);
    } catch (error) {
      this.#context.log.error({ err: error, room: change.room }, 'a presence change could not be published');
    }
  }

  /** Another node removed this node's presence by mistake: reports it to the store again. */
  #repair(room: LocalRoom, user: string, after: Status): void {
    const own = this.localPresence.find(room.name, user);
    if (own !== undefined && above(own.live, after)) this.localPresence.report(own);
  }

  #send(room: LocalRoom, user: string, after: Status, only?: ReadonlyMap<Connection, Status>): void {
    const own = this.localPresence.find(room.name, user);
    const frame = this.#context.connections.encode({ type: 'presence', room: room.name, user, status: after });
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
}
