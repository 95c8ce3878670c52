import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';
import type { ReadMarkers, RoomUser, Unread } from './read-markers.ts';
import { UnreadCache } from './unread-cache.ts';
import { sendToUser } from './user-events.ts';

export interface UnreadContext {
  readonly connections: Connections<RoomsProtocol>;
  readonly readMarkers: ReadMarkers;
  readonly log: Logger;
  /** The connected users whose list contains a room. */
  readonly listedBy: (room: string) => ReadonlySet<string>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  /** The number of a user's connections on this node that have joined a room. */
  readonly joinedBy: (room: string, user: string) => number;
  /** Publishes the remaining unread messages of a user to all other nodes. */
  readonly publishEvent: (room: string, user: string, unread: Unread) => void;
}

/** The minimum interval between two notifications of one room, in milliseconds. */
const everyMs = 500;
const slowestRetryMs = 5_000;
/** The maximum number of pairs in one query of the store. A flush with more pairs needs several queries. */
const pairsPerQuery = 200;
/** The number of users to notify from the cache before other work can run. */
const usersPerTurn = 500;
const noUsers: ReadonlySet<string> = new Set();

/**
 * Sends `unread` events, batched so that a busy room costs no more than a quiet one. A message only marks its room; the receivers
 * are determined when the batch is sent. Counts continue from the messages that arrive. The store is queried only for counts that are
 * unknown or stale, for all rooms of a batch at once.
 */
export class UnreadNotifier {
  readonly #context: UnreadContext;
  readonly #cache = new UnreadCache();
  /** Rooms with new messages. */
  #changedRooms = new Set<string>();
  /** New members by room. */
  #newMembers = new Map<string, Set<string>>();
  /** The remaining unread messages of users who have read, by room and user. */
  #read = new Map<string, { readonly room: string; readonly user: string; readonly unread: Unread }>();
  /** Users who have read since the query in progress began, whose result may therefore be outdated. */
  readonly #overtaken = new Set<string>();
  #flushing = false;
  /** The number of failed queries since the last one that succeeded. */
  #failures = 0;
  #flushedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(context: UnreadContext) {
    this.#context = context;
  }

  /** A message has arrived in a room that is in the list of a connected user. @param payload as published by the room */
  messageArrived(room: string, payload: string): void {
    this.#cache.arrived(room, payload);
    this.#roomChanged(room);
  }

  /** Messages of a followed room may have been lost. */
  messagesMissed(room: string): void {
    this.#cache.missed(room);
    this.#roomChanged(room);
  }

  /** The room is no longer followed. */
  unfollowed(room: string): void {
    this.#cache.missed(room);
  }

  /** Removals may have been lost: all counts are stale. */
  removalsMissed(): void {
    this.#cache.clear();
  }

  /** From now on this node receives the events of the user. Earlier ones may have been lost, so read markers may have moved. */
  userFollowed(user: string): void {
    this.#cache.userFollowed(user);
  }

  /** This node no longer receives the events of the user. */
  userUnfollowed(user: string): void {
    this.#cache.userUnfollowed(user);
  }

  /** A user became a member. The first `unread` event announces the room to them, even if the count is 0. */
  memberAdded(room: string, user: string): void {
    this.#cache.remove({ room, user });
    if (this.#context.connections.count({ user }) === 0) return;
    const users = this.#newMembers.get(room);
    if (users === undefined) this.#newMembers.set(room, new Set([user]));
    else users.add(user);
    this.#schedule();
  }

  /** A membership has ended. */
  memberRemoved(room: string, user: string): void {
    this.#cache.remove({ room, user });
    if (this.#flushing) this.#overtaken.add(`${room} ${user}`);
  }

  /** A user on this node has read. All of their connections on every node receive the remaining count. */
  markerMoved(room: string, user: string, unread: Unread): void {
    const key = `${room} ${user}`;
    const before = this.#read.get(key)?.unread;
    if (before !== undefined && isOlder(unread, before)) return;
    this.#read.set(key, { room, user, unread });
    this.#cache.advanced({ room, user }, unread);
    this.#schedule();
  }

  /** Sends an `unread` event to all connections of a user on this node, because a read marker has moved on any node. */
  send(room: string, user: string, unread: Unread): void {
    if (this.#flushing) this.#overtaken.add(`${room} ${user}`);
    this.#cache.advanced({ room, user }, unread);
    sendToUser(this.#context.connections, user, frameOf(room, unread));
  }

  /** Ends the timer. Nothing is sent afterwards. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #roomChanged(room: string): void {
    this.#changedRooms.add(room);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped || this.#timer !== undefined || this.#flushing) return;
    const intervalMs = Math.min(slowestRetryMs, everyMs * 2 ** Math.min(10, this.#failures));
    const waitMs = Math.max(0, this.#flushedAt + intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, waitMs).unref();
  }

  async #flush(): Promise<void> {
    const read = this.#read;
    const changedRooms = this.#changedRooms;
    const newMembers = this.#newMembers;
    this.#read = new Map();
    this.#changedRooms = new Set();
    this.#newMembers = new Map();
    this.#flushing = true;
    for (const { room, user, unread } of read.values()) {
      this.send(room, user, unread);
      this.#context.publishEvent(room, user, unread);
    }
    this.#overtaken.clear();
    const unknown: RoomUser[] = [];
    try {
      for (const room of new Set([...changedRooms, ...newMembers.keys()])) {
        const listed = changedRooms.has(room) ? this.#context.listedBy(room) : noUsers;
        const newcomers = newMembers.get(room);
        await this.#notify(room, newcomers ? new Set([...listed, ...newcomers]) : listed, unknown);
      }
      await this.#count(unknown);
      this.#failures = 0;
    } catch (error) {
      this.#context.log.error({ err: error }, 'unread messages could not be counted');
      this.#failures++;
      for (const { room } of unknown) this.#changedRooms.add(room);
    }
    this.#flushing = false;
    this.#overtaken.clear();
    this.#flushedAt = performance.now();
    if (this.#changedRooms.size > 0 || this.#read.size > 0 || this.#newMembers.size > 0) this.#schedule();
  }

  /** Sends the known counts of a room to its users, and adds the others to `unknown`. */
  async #notify(room: string, users: ReadonlySet<string>, unknown: RoomUser[]): Promise<void> {
    const { connections, joinedBy } = this.#context;
    // One object for all users, to avoid an allocation per user in rooms that all connections have joined.
    const filter = { user: '' };
    let [waiting, notified] = [0, 0];
    for (const user of users) {
      filter.user = user;
      if (joinedBy(room, user) >= connections.count(filter)) continue;
      waiting++;
      const unread = this.#cache.get({ room, user });
      if (unread === undefined) {
        unknown.push({ room, user });
        continue;
      }
      this.#sendToOthers(room, user, unread);
      if (++notified % usersPerTurn === 0) await nextTurn();
    }
    // No count needs the messages of this room, so they are not kept.
    if (waiting === 0) this.#cache.missed(room);
  }

  /** Reads counts from the store and sends them. */
  async #count(pairs: readonly RoomUser[]): Promise<void> {
    for (let from = 0; from < pairs.length; from += pairsPerQuery) {
      if (from > 0) await nextTurn();
      const asked = pairs.slice(from, from + pairsPerQuery).map((pair) => ({
        pair,
        arrivals: this.#cache.arrivalsOf(pair.room),
        events: this.#cache.eventsOf(pair.user),
      }));
      const counted = await this.#context.readMarkers.unread(asked.map(({ pair }) => pair));
      asked.forEach(({ pair, arrivals, events }, index) => {
        const unread = counted[index];
        if (unread === undefined) return;
        if (this.#overtaken.has(`${pair.room} ${pair.user}`)) {
          this.#roomChanged(pair.room);
          return;
        }
        this.#cache.put(pair, unread, arrivals, events);
        this.#sendToOthers(pair.room, pair.user, unread);
      });
    }
  }

  /** Connections that have joined the room receive its messages and need no `unread` event. */
  #sendToOthers(room: string, user: string, unread: Unread): void {
    const { connections, hasJoined } = this.#context;
    sendToUser(connections, user, frameOf(room, unread), (connection) => hasJoined(connection, room));
  }
}

function isOlder(one: Unread, other: Unread): boolean {
  return one.read < other.read || (one.read === other.read && one.seq < other.seq);
}

function frameOf(room: string, { seq, read, count, mentions }: Unread) {
  return { type: 'unread' as const, room, seq, read, mentions, count };
}
