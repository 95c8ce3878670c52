import type { RoomsProtocol } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Identity } from '../connections/connection.ts';
import type { History } from './history.ts';
import type { Connections } from '../connections/hub.ts';
import type { Logger } from '../support/log.ts';
import type { Marks } from '../marks/marks.ts';
import type { PresenceList, Presence, Status } from '../presence/presence.ts';

/** `send` is also the change of a message of one's own. */
export type RoomAction = 'join' | 'send' | 'history';

/**
 * Whether somebody may do something in a room. Asked at every join, rejoin, send and history, never remembered.
 * `not_found` also for a private room that one may not see. Called with names that nobody has checked beyond their pattern.
 */
export type Authorize = (identity: Identity, room: string, action: RoomAction) => Verdict | Promise<Verdict>;
export type Verdict = 'allowed' | 'not_found' | 'forbidden';

/** What metrics may want to know. Must not throw. */
export interface RoomsObserver {
  /** A message became durable. */
  appended?(room: string): void;
  /** A message went to so many members on this node. */
  delivered?(room: string, members: number): void;
}

export interface RoomsOptions {
  /** Its limits bind the rooms too. */
  readonly connections: Connections<RoomsProtocol>;
  readonly history: History;
  readonly bus: Bus;
  readonly authorize: Authorize;
  /**
   * How long a hole in a sequence is left to the bus before it is read from the history, in milliseconds; 25 unless told.
   * Nodes may publish in another order than they append.
   */
  readonly holeMs?: number;
  /** This node's name, another one on every node; a random one unless told. */
  readonly node?: string;
  /** Who is where, over all nodes that share `bus`; kept in memory unless told, which does for one node. */
  readonly presence?: Presence;
  /** How long somebody whose connection dropped is shown as before, in milliseconds; 10,000 unless told. */
  readonly presenceGraceMs?: number;
  /** Whose rooms are whose. Without it `read` is answered `unknown_type`, and nobody is told what they have not read. */
  readonly marks?: Marks;
  /** Whether joining a room makes somebody its member, who may join it; always unless told. */
  readonly entersOnJoin?: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly log?: Logger;
  readonly observer?: RoomsObserver;
}

/** Somebody in a room, on this node. */
export interface Member {
  readonly user: string;
  readonly connections: number;
}

export interface Rooms {
  /** Rooms that have somebody in them on this node, with how many connections. */
  list(): { readonly room: string; readonly connections: number }[];
  /** Who is in a room, on this node. */
  members(room: string): Member[];
  /** Who is present in a room, on any node; of a crowd `presentAtMost`. Rejects where the store is out of reach. */
  present(room: string): Promise<PresenceList['present']>;
  /** What a person is on this node, in whatever room or in none. */
  statusOf(user: string): Status;
  /** Another node is dead: whoever was present there alone is gone. To be called by one node or by all. */
  forget(node: string): Promise<void>;
  /** The marks have made somebody a member: from now on they are told what they have not read, on every node. */
  added(room: string, user: string): void;
  /** The marks have them as a member no more. Those of their connections that have joined the room stay in it. */
  dropped(room: string, user: string): void;
  /**
   * Takes a user out of a room, who is no member any more either: at its return nothing of the room reaches them on this
   * node, joins under way are judged again, and their connections have been sent `removed` with `code`. The other nodes do the
   * same as soon as the bus has told them; after a time without it they judge everybody again.
   * @returns how many connections were taken out on this node.
   */
  remove(room: string, user: string, code: string): number;
}
