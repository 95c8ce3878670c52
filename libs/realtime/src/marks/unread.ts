import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';
import type { Marks, Unread } from './marks.ts';
import { sendToUser } from './user-events.ts';

export interface UnreadOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly marks: Marks;
  readonly log: Logger;
  /** The connected users whose list contains a room. */
  readonly listedBy: (room: string) => ReadonlySet<string>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  /** The number of a user's connections on this node that have joined a room. */
  readonly joinedBy: (room: string, user: string) => number;
  /** Publishes the remaining unread messages of a user to all other nodes. */
  readonly publishEvent: (room: string, user: string, unread: Unread) => void;
}

/** The minimum interval between two notifications of one room. */
const everyMs = 500;
const noUsers: ReadonlySet<string> = new Set();
/** The number of users to count at once before other work can run. */
const countedAtOnce = 200;

/**
 * Sends `unread` events, batched so that a busy room costs no more than a quiet one. A message only marks its room; the receivers
 * are determined when the batch is sent.
 */
export class UnreadNotifier {
  readonly #options: UnreadOptions;
  /** Rooms with new messages. */
  #changedRooms = new Set<string>();
  /** New members by room. */
  #newMembers = new Map<string, Set<string>>();
  /** The remaining unread messages of users who have read, by room and user. */
  #read = new Map<string, { readonly room: string; readonly user: string; readonly unread: Unread }>();
  /** Users who have read since the count in progress began, which may therefore be outdated for them. */
  readonly #overtaken = new Set<string>();
  #flushing = false;
  #flushedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: UnreadOptions) {
    this.#options = options;
  }

  /** A message was sent in a room that is in the list of a connected user. */
  messageSent(room: string): void {
    this.#changedRooms.add(room);
    this.#schedule();
  }

  /** A user became a member. The first `unread` event announces the room to them, even if the count is 0. */
  memberAdded(room: string, user: string): void {
    if (this.#options.connections.count({ user }) === 0) return;
    const users = this.#newMembers.get(room);
    if (users === undefined) this.#newMembers.set(room, new Set([user]));
    else users.add(user);
    this.#schedule();
  }

  /** A user on this node has read. All of their connections on every node receive the remaining count. */
  markerMoved(room: string, user: string, unread: Unread): void {
    const key = `${room} ${user}`;
    const before = this.#read.get(key)?.unread;
    if (before !== undefined && older(unread, before)) return;
    this.#read.set(key, { room, user, unread });
    this.#schedule();
  }

  /** Sends an `unread` event to all connections of a user on this node. */
  send(room: string, user: string, unread: Unread): void {
    if (this.#flushing) this.#overtaken.add(`${room} ${user}`);
    sendToUser(this.#options.connections, user, frameOf(room, unread));
  }

  /** Ends the timer and sends nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped || this.#timer !== undefined || this.#flushing) return;
    const waitMs = Math.max(0, this.#flushedAt + everyMs - performance.now());
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
      this.#options.publishEvent(room, user, unread);
    }
    this.#overtaken.clear();
    for (const room of new Set([...changedRooms, ...newMembers.keys()])) {
      try {
        const listed = changedRooms.has(room) ? this.#options.listedBy(room) : noUsers;
        const newcomers = newMembers.get(room);
        await this.#count(room, newcomers ? new Set([...listed, ...newcomers]) : listed);
      } catch (error) {
        this.#options.log.error({ err: error, room }, 'unread messages could not be counted');
      }
    }
    this.#flushing = false;
    this.#overtaken.clear();
    this.#flushedAt = performance.now();
    if (this.#changedRooms.size > 0 || this.#read.size > 0 || this.#newMembers.size > 0) this.#schedule();
  }

  async #count(room: string, users: ReadonlySet<string>): Promise<void> {
    const { connections, joinedBy } = this.#options;
    const waiting: string[] = [];
    // One object for all users, to avoid an allocation per user in rooms that all connections have joined.
    const filter = { user: '' };
    for (const user of users) {
      filter.user = user;
      if (joinedBy(room, user) < connections.count(filter)) waiting.push(user);
    }
    for (let from = 0; from < waiting.length; from += countedAtOnce) {
      if (from > 0) await nextTurn();
      const unread = await this.#options.marks.unread(room, waiting.slice(from, from + countedAtOnce));
      for (const [user, counted] of unread) this.#sendToOthers(room, user, counted);
    }
  }

  /** Connections that have joined the room receive its messages and need no `unread` event. */
  #sendToOthers(room: string, user: string, unread: Unread): void {
    const { connections, hasJoined } = this.#options;
    if (this.#overtaken.has(`${room} ${user}`)) {
      this.messageSent(room);
      return;
    }
    sendToUser(connections, user, frameOf(room, unread), (connection) => hasJoined(connection, room));
  }
}

function older(one: Unread, other: Unread): boolean {
  return one.read < other.read || (one.read === other.read && one.seq < other.seq);
}

function frameOf(room: string, { seq, read, count, mentions }: Unread) {
  return { type: 'unread' as const, room, seq, read, mentions, count };
}
