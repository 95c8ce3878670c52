import type { Connection } from '../connections/connection.ts';
import { RequestError } from '../support/errors.ts';
import type { Logger } from '../support/log.ts';
import type { LoopShare } from '../support/loop-share.ts';
import { RoomClient } from './room-client.ts';
import { type Membership, Room, type RoomContext } from './room.ts';
import type { JoinedRoom } from './room-types.ts';

export interface RoomMembersOptions {
  /** The maximum number of rooms of one connection. */
  readonly roomsPerConnection: number;
  readonly context: RoomContext;
  readonly share: LoopShare;
  /** A member that had joined has left. `dropped`: the connection was lost and may reconnect within the grace period. */
  readonly onLeft: (membership: Membership, away: boolean, dropped: boolean) => void;
  readonly log: Logger;
}

/** The rooms of one node and the connections in them. A room exists while it has members. */
export class RoomMembers {
  /** By name. */
  readonly rooms = new Map<string, Room>();
  readonly clients = new Map<Connection, RoomClient>();
  readonly #options: RoomMembersOptions;
  #stopped = false;

  constructor(options: RoomMembersOptions) {
    this.#options = options;
  }

  /** Returns the state of a connection, creating it if necessary. */
  clientOf(connection: Connection): RoomClient {
    let client = this.clients.get(connection);
    if (client === undefined) {
      client = new RoomClient(connection, this.#options.share);
      if (connection.open) this.clients.set(connection, client);
    }
    return client;
  }

  hasJoined(connection: Connection, room: string): boolean {
    return this.clients.get(connection)?.memberships.get(room)?.joined === true;
  }

  /** The rooms that a connection has joined. */
  joinedBy(connection: Connection): JoinedRoom[] {
    const memberships = this.clients.get(connection)?.memberships.list() ?? [];
    return memberships.filter(({ joined }) => joined).map(toJoinedRoom);
  }

  /** The connections that have joined a room. */
  connectionsIn(room: string): Connection[] {
    const members = [...(this.rooms.get(room)?.members.values() ?? [])];
    return members.filter(({ joined }) => joined).map(({ connection }) => connection);
  }

  isAway(connection: Connection): boolean {
    return this.clients.get(connection)?.away === true;
  }

  /**
   * Returns the membership of a client in a room, creating both if necessary. It is not live.
   *
   * @throws {RequestError} if the connection is closed or in too many rooms, or the rooms are stopped
   */
  enter(client: RoomClient, name: string): Membership {
    const present = client.memberships.get(name);
    if (present !== undefined) {
      present.live = false;
      return present;
    }
    const { roomsPerConnection, context } = this.#options;
    if (this.#stopped) throw new RequestError('internal', 'the rooms are stopped');
    if (!client.connection.open) throw new RequestError('not_joined', 'the connection is closed');
    if (client.memberships.size >= roomsPerConnection) {
      throw new RequestError('too_many_rooms', `at most ${roomsPerConnection} rooms at once`);
    }
    let room = this.rooms.get(name);
    if (room === undefined) this.rooms.set(name, (room = new Room(name, context)));
    const { connection } = client;
    const joinedAfterMs = Math.round(connection.openForMs);
    const membership: Membership = {
      connection,
      room,
      joined: false,
      joinedAfterMs,
      live: false,
      from: 0,
      gone: false,
    };
    room.members.set(connection, membership);
    client.memberships.set(name, membership);
    return membership;
  }

  /**
   * Ends a membership, and its room with the last one.
   *
   * @param dropped the connection was lost and may reconnect within the grace period
   */
  leave(membership: Membership, dropped = false): void {
    if (membership.gone) return;
    const { connection, room } = membership;
    const { onLeft, log } = this.#options;
    membership.gone = true;
    membership.live = false;
    room.members.delete(connection);
    this.clients.get(connection)?.memberships.delete(room.name);
    if (membership.joined) onLeft(membership, this.isAway(connection), dropped);
    if (room.members.size > 0) return;
    this.rooms.delete(room.name);
    try {
      room.close();
    } catch (error) {
      // The member has left regardless, and a later join creates a new room.
      log.error({ err: error, room: room.name }, 'an empty room could not be unsubscribed');
    }
  }

  /** Removes all connections and rooms. Returns the rooms, for the caller to close. */
  stop(): readonly Room[] {
    this.#stopped = true;
    for (const client of this.clients.values()) client.reader.end();
    this.clients.clear();
    const rooms = [...this.rooms.values()];
    this.rooms.clear();
    return rooms;
  }
}

export function toJoinedRoom({ room, connection, joinedAfterMs }: Membership): JoinedRoom {
  return { room: room.name, joinedAt: connection.openedAt + joinedAfterMs };
}
