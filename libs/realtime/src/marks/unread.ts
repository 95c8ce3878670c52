import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/hub.ts';
import type { Logger } from '../support/log.ts';
import type { Marks, Unread } from './marks.ts';
import { tellPerson } from './tell-person.ts';

export interface UnreadOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly marks: Marks;
  readonly log: Logger;
  /** The people here in whose list a room is. */
  readonly listedBy: (room: string) => ReadonlySet<string>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  /** How many of a person's connections here have joined a room. */
  readonly joinedBy: (room: string, user: string) => number;
  /** Tells all other nodes what is left for somebody who has read. */
  readonly tellOthers: (room: string, user: string, unread: Unread) => void;
}

/** What is told of one room is at least so far apart: two a second. */
const everyMs = 500;
const nobody: ReadonlySet<string> = new Set();
/** People whose unread messages are counted in one go; then others have their turn. */
const countedAtOnce = 200;

/**
 * Tells people what they have not read: gathered, so that a busy room costs no more than a quiet one. A message only marks its
 * room; who has to be told is looked at when the time has come.
 */
export class UnreadNews {
  readonly #options: UnreadOptions;
  /** Rooms in which something was said. */
  #said = new Set<string>();
  /** Who has become a member, by room. */
  #entered = new Map<string, Set<string>>();
  /** What is left for those who have read, by room and person. */
  #read = new Map<string, { readonly room: string; readonly user: string; readonly unread: Unread }>();
  /** Who has read since the counting under way began: what it says of them may be older. */
  readonly #overtaken = new Set<string>();
  #telling = false;
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UnreadOptions) {
    this.#options = options;
  }

  /** Something was said in a room that is in the list of somebody here. */
  said(room: string): void {
    this.#said.add(room);
    this.#schedule();
  }

  /** Somebody is a member now: that the room is in their list they learn from what is unread there, and be it nothing. */
  entered(room: string, user: string): void {
    if (this.#options.connections.count({ user }) === 0) return;
    const users = this.#entered.get(room);
    if (users === undefined) this.#entered.set(room, new Set([user]));
    else users.add(user);
    this.#schedule();
  }

  /** Somebody here has read. All of their connections learn what is left, on every node. */
  hasRead(room: string, user: string, unread: Unread): void {
    const key = `${room} ${user}`;
    const before = this.#read.get(key)?.unread;
    if (before !== undefined && older(unread, before)) return;
    this.#read.set(key, { room, user, unread });
    this.#schedule();
  }

  /** Tells all of a person's connections here. */
  tell(room: string, user: string, unread: Unread): void {
    if (this.#telling) this.#overtaken.add(`${room} ${user}`);
    tellPerson(this.#options.connections, user, frameOf(room, unread));
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#telling) return;
    const waitMs = Math.max(0, this.#toldAt + everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#tellAll();
    }, waitMs).unref();
  }

  async #tellAll(): Promise<void> {
    const read = this.#read;
    const said = this.#said;
    const entered = this.#entered;
    this.#read = new Map();
    this.#said = new Set();
    this.#entered = new Map();
    this.#telling = true;
    for (const { room, user, unread } of read.values()) {
      this.tell(room, user, unread);
      this.#options.tellOthers(room, user, unread);
    }
    this.#overtaken.clear();
    for (const room of new Set([...said, ...entered.keys()])) {
      try {
        const listed = said.has(room) ? this.#options.listedBy(room) : nobody;
        const newcomers = entered.get(room);
        await this.#count(room, newcomers ? new Set([...listed, ...newcomers]) : listed);
      } catch (error) {
        this.#options.log.error({ err: error, room }, 'what is unread could not be counted');
      }
    }
    this.#telling = false;
    this.#overtaken.clear();
    this.#toldAt = performance.now();
    if (this.#said.size > 0 || this.#read.size > 0 || this.#entered.size > 0) this.#schedule();
  }

  async #count(room: string, users: ReadonlySet<string>): Promise<void> {
    const { connections, joinedBy } = this.#options;
    const waiting: string[] = [];
    // One for all: where everybody has joined nothing is made for anybody.
    const theirs = { user: '' };
    for (const user of users) {
      theirs.user = user;
      if (joinedBy(room, user) < connections.count(theirs)) waiting.push(user);
    }
    for (let from = 0; from < waiting.length; from += countedAtOnce) {
      if (from > 0) await turnOfTheLoop();
      const unread = await this.#options.marks.unread(room, waiting.slice(from, from + countedAtOnce));
      for (const [user, theirs] of unread) this.#tellElsewhere(room, user, theirs);
    }
  }

  /** Those connections that see the room itself need not be told. */
  #tellElsewhere(room: string, user: string, unread: Unread): void {
    const { connections, hasJoined } = this.#options;
    if (this.#overtaken.has(`${room} ${user}`)) {
      this.said(room);
      return;
    }
    tellPerson(connections, user, frameOf(room, unread), (connection) => hasJoined(connection, room));
  }
}

function older(one: Unread, other: Unread): boolean {
  return one.read < other.read || (one.read === other.read && one.seq < other.seq);
}

function frameOf(room: string, { seq, read, count, mentions }: Unread) {
  return { type: 'unread' as const, room, seq, read, mentions, count };
}
