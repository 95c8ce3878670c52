import type {
  AnyRoomsProtocol,
  ContentInputOf,
  Event,
  EventType,
  MessageOf,
  PayloadRoomsProtocol,
  RoomsProtocol,
} from '@usher/protocol';
import type { CoreProtocol } from '@usher/protocol/server';
import type { Bus } from '../bus/bus.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection, Identity } from '../connections/connection.ts';
import type { AccessDecision } from '../support/errors.ts';
import type { Appended, History } from './history.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Delivery } from '../connections/targets.ts';
import type { Logger } from '../support/log.ts';
import type { Memberships } from '../membership/memberships.ts';
import type { ReadMarkers } from '../membership/read-markers.ts';
import type { PresenceList, Presence, PresentStatus } from '../presence/presence.ts';
import type { RealtimeTracing } from '../connections/tracing.ts';

/** `send` includes edits and deletions of one's own messages. */
export type RoomAction = 'join' | 'send' | 'history';

/**
 * Decides whether an identity may perform an action in a room. Called for every join, rejoin, send and history request; results are
 * not cached. Return `not_found` for private rooms that the identity may not see. The room name has been validated only against the
 * pattern of the protocol.
 */
export type Authorize = (
  identity: Identity,
  room: string,
  action: RoomAction,
) => AccessDecision | Promise<AccessDecision>;

/** Hooks for metrics. Must not throw. */
export interface RoomsObserver {
  /**
   * A message became durable.
   *
   * @param ms milliseconds from the request to the durable message. Absent for a message that the application appended itself
   */
  appended?(room: string, ms?: number): void;
  /**
   * A message was delivered to this number of members on this node.
   *
   * @param ms milliseconds from the durable message to its delivery on the node that appended it. Measured for one message of a room at a
   *   time, and absent for the others
   */
  delivered?(room: string, members: number, ms?: number): void;
  /** A connection has left a room that it had joined. Also called for each joined room of a connection that closes. */
  left?(joined: JoinedRoom, connection: Connection): void;
}

/** A room that a connection has joined. */
export interface JoinedRoom {
  readonly room: string;
  /** When the first join arrived, in Unix milliseconds. */
  readonly joinedAt: number;
}

export interface RoomsOptions<P extends AnyRoomsProtocol = RoomsProtocol, D extends object = object> {
  /**
   * The connections of a protocol with rooms: `roomsProtocol`, one of `defineRooms`, or an extension of either. The rooms use its limits
   * too.
   */
  readonly connections: Connections<P, D>;
  readonly history: History;
  readonly bus: Bus;
  readonly authorize: Authorize;
  /**
   * How long to wait for the bus to close a gap in a sequence before reading the history, in milliseconds. Defaults to 25. Nodes
   * may publish in another order than they append.
   */
  readonly gapTimeoutMs?: number;
  /**
   * Milliseconds between two comparisons of each room with the head of its history, which finds messages that the bus lost without a
   * gap. Defaults to 30,000.
   */
  readonly headCheckMs?: number;
  /**
   * How long a request waits for the history, the memberships, the read markers or `authorize`, in milliseconds. Defaults to 2,000. Then
   * it is rejected with `internal`, which clients retry.
   */
  readonly storeTimeoutMs?: number;
  /**
   * Validates the sessions of connections and closes those whose session has ended, see `SessionRevocation.validate`. Called before anything
   * is delivered to them after this node may have missed revocations. Rejects if that cannot be determined. Defaults to no validation.
   */
  readonly revalidate?: (connections: readonly Connection[]) => Promise<void>;
  /** The nodes that share `bus`. When another node goes down, its presence is removed. Defaults to a cluster of this node only. */
  readonly cluster?: Cluster;
  /** Stores presence across all nodes that share `bus`. Defaults to an in-memory store, which is sufficient for one node. */
  readonly presence?: Presence;
  /** How long a dropped connection still counts as present, in milliseconds. Defaults to 10,000. */
  readonly presenceGraceMs?: number;
  /** Stores which users are members of which rooms. Without it, no room has members, and no `left` and `unread` events are sent. */
  readonly memberships?: Memberships;
  /**
   * Stores the read markers of members; requires `memberships`. Without it, `read` is rejected with `unknown_type` and no `unread`
   * events are sent.
   */
  readonly readMarkers?: ReadMarkers;
  /** Whether joining a room makes a user a member of it. Defaults to always. */
  readonly joinCreatesMembership?: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly log?: Logger;
  readonly observer?: RoomsObserver;
  /** Traces messages, see `@usher/server/opentelemetry`. Defaults to no traces. */
  readonly tracing?: RealtimeTracing | undefined;
}

/** A user who is in a room on this node. */
export interface Member {
  readonly user: string;
  readonly connections: number;
}

/** The result of a removal. */
export interface Removed {
  /** The number of connections that had joined the room, on the nodes that replied. */
  readonly connections: number;
  /** Whether every live node has confirmed the removal. */
  readonly complete: boolean;
}

/** What every node did when a room was closed. */
export interface ClosedRoom {
  /** The number of connections that had joined the room. */
  readonly closed: number;
  readonly nodes: { readonly node: string; readonly closed: number; readonly ms: number }[];
  /** Whether every live node has confirmed it. */
  readonly complete: boolean;
}

export interface PublishOptions {
  /** The `from` of the message: 1 to 64 visible ASCII characters. Defaults to `system`. */
  readonly from?: string;
  /**
   * 1 to 200 characters, scoped to `from` and the room. Publishing again with the same key resolves to the first message and stores no
   * second one. Defaults to a random key.
   */
  readonly key?: string;
}

/** @typeParam P the protocol of the connections */
export interface Rooms<P extends AnyRoomsProtocol = RoomsProtocol> {
  /** Rooms with at least one connection on this node, and their numbers of connections. */
  list(): { readonly room: string; readonly connections: number }[];
  /** The users in a room on this node. */
  members(room: string): Member[];
  /** The rooms that a connection of this node has joined. */
  joinedBy(connection: Connection): JoinedRoom[];
  /** The connections of this node that have joined a room. */
  connectionsIn(room: string): Connection[];
  /** The users present in a room on any node, at most `maxPresent`. Rejects if the store is unavailable. */
  present(room: string): Promise<PresenceList['present']>;
  /**
   * Resolves to the statuses of all given users who are connected to any node, independent of rooms. Users who are offline are
   * omitted. Rejects if the store is unavailable.
   */
  statusOf(users: readonly string[]): Promise<ReadonlyMap<string, PresentStatus>>;
  /** Call it after a user became a member. From then on the user receives `unread` events on every node. */
  memberAdded(room: string, user: string): void;
  /** Call it after a membership has ended. Connections of the user that have joined the room stay in it. */
  memberRemoved(room: string, user: string): void;
  /**
   * Removes a user from a room after the membership has ended. When it returns, their connections on this node have received
   * `removed` with `code` and receive nothing else from the room, and joins in progress are authorized again. When the promise resolves with
   * `complete: true`, the same applies to every node, even to those that do not reply: they authorize all memberships again before they
   * deliver anything. With `complete: false`, a live node did not reply in time; call it again.
   */
  remove(room: string, user: string, code: string): Promise<Removed>;
  /**
   * Removes all users from a room after the room was closed: the history rejects it as unknown, and it has no members. Connections that have
   * joined receive `removed` with `code`, other connections of members receive `left`. When it returns, this is done on this node.
   */
  closeRoom(room: string, code: string): Promise<ClosedRoom>;
  /**
   * Sends an event about a room, for example that it became read-only: to the connections that have joined it, and to the other connections
   * of its members, on all nodes. It is not stored: a client that is not connected never receives it. Resolves when all live nodes have sent
   * it, or after 2 seconds with the replies so far.
   *
   * @throws TypeError if `type` belongs to the core or is `reply` or `error`
   * @throws RangeError if the frame has more than 512 KiB
   */
  sendToMembers<T extends Exclude<EventType<P>, keyof (CoreProtocol & PayloadRoomsProtocol)['events']>>(
    room: string,
    type: T,
    data: Event<P, T>,
  ): Promise<Delivery>;
  /**
   * Publishes a message of the server: durable, and exactly once by `key`. It reaches the members on all nodes, whether or not the room has
   * members here, and counts as unread like any other message. `authorize` is not called, because the caller is trusted. Resolves to the
   * position of the message once it is durable.
   *
   * Rejects with a `RequestError`:
   * - `bad_message`: the content does not match its schema, or `from`, `key` or the name of the room is invalid; also if the key belongs to an
   *   edit or a deletion
   * - `too_long`: the text exceeds `limits.textChars`, or the payload 64 KiB as JSON
   * - `not_found`: the room does not exist
   * - any code that the history rejects with, for example `storage_full`
   *
   * Rejects with `StoreTimeout` or the error of the store if it is unavailable. Then repeat the call with the same `key`.
   */
  publish(
    room: string,
    content: ContentInputOf<P>,
    options?: PublishOptions,
  ): Promise<{ readonly seq: number; readonly at: number }>;
  /**
   * Reads messages of a room as clients receive them, oldest first: those before `before`, or the newest. For your HTTP route of older
   * messages (`RoomHandle.insertOlder`). Call `authorize` yourself. Rejects with a `RequestError` `not_found` if the room does not exist.
   *
   * @param range `limit`: 1 to 200; defaults to 50. The page has at most 256 KiB.
   */
  history(
    room: string,
    range?: { readonly before?: number; readonly limit?: number },
  ): Promise<{ readonly messages: MessageOf<P>[]; readonly more: boolean }>;
  /**
   * Delivers a message that the application appended to the history itself, for example from an outbox, to the members on all nodes. Never
   * throws. Call it after the commit, even for duplicates: the first attempt may have ended before it was published.
   *
   * @param epoch the epoch of the room's history
   */
  deliver(appended: Appended, epoch: string): void;
  /**
   * Ends everything that `createRooms` began: timers, subscriptions and listeners. Call it when the connections are closed; later
   * requests to rooms are rejected with `internal`. It closes neither the bus, nor the stores, nor a cluster that was passed.
   */
  stop(): Promise<void>;
}
