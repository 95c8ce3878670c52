import { roomBounds } from '@usher/protocol/server';
import { type Bus, subscribe } from '../bus/bus.ts';
import { Coalescing } from './coalescing.ts';
import type { Connection } from '../connections/connection.ts';
import type { Logger } from '../support/log.ts';
import {
  type PresentStatus,
  type Presence,
  type PresenceChange,
  type PresenceList,
  maxPresent,
  noRoom,
  type Status,
} from './presence.ts';

export interface RoomPresenceContext {
  readonly presence: Presence;
  readonly bus: Bus;
  /** How long to wait for the bus to deliver a missing change before the list is read, in milliseconds. */
  readonly gapTimeoutMs: number;
  readonly log: Logger;
  /** Called for every change, in order. */
  readonly changed: (user: string, status: Status) => void;
  /**
   * Called to send a change to the members of the room, or only to the given members: at most once per user within
   * `roomBounds.presenceEveryMs`.
   */
  readonly send: (user: string, status: Status, only?: ReadonlyMap<Connection, Status>) => void;
  /** Called when the store may have lost what this node reported for the room. */
  readonly lost: () => void;
}

type Change = Pick<PresenceChange, 'user' | 'before' | 'after' | 'version'>;

/** In a crowded room, a join reads the list again if it is older, in milliseconds, because changes are not published. */
const crowdedListMs = 5_000;
/** Bound for changes that arrived ahead of a gap. Beyond it, the list is read. */
const changesAhead = 256;
const slowestRetryMs = 5_000;

/**
 * The presence in one room as members on this node see it. Accepts changes from the bus in any order and with losses. If a change
 * is missing, it reads the list and reports the differences.
 */
export class RoomPresence {
  readonly room: string;
  readonly #context: RoomPresenceContext;
  readonly #users = new Map<string, PresentStatus>();
  readonly #coalescing: Coalescing;
  readonly #ahead = new Map<number, Change>();
  #total = 0;
  #epoch = '';
  #version = 0;
  /** The highest known version. */
  #known = 0;
  /** Changes may be missing without a later change that would reveal the gap. */
  #maybeStale = true;
  #reading: Promise<void> | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  /**
   * Users who were present before the store lost its data, and whom no node has reported since. They are still shown until `#settling` ends,
   * because their node reports them again by then if they are connected.
   */
  readonly #unconfirmed = new Set<string>();
  #settling: NodeJS.Timeout | undefined;
  /** The room stays crowded until `#settling` ends. */
  #wasCrowded = false;
  #closed = false;
  /** When the list was last read, on the monotonic clock. */
  #readAt = -Infinity;
  readonly #unsubscribe: () => void;

  constructor(room: string, context: RoomPresenceContext) {
    this.room = room;
    this.#context = context;
    this.#coalescing = new Coalescing({
      everyMs: roomBounds.presenceEveryMs,
      limit: maxPresent,
      current: (user) => this.#users.get(user) ?? 'offline',
      send: (user, status, only) => {
        if (!this.isCrowded) context.send(user, status, only);
      },
    });
    this.#unsubscribe = subscribe(
      context.bus,
      topicOf(room),
      (payload) => {
        const change = parse(payload);
        if (change === undefined) context.log.warn({ room }, 'invalid presence payload on the bus');
        else this.take(change);
      },
      () => {
        this.#maybeStale = true;
        context.lost();
        this.#readIn(0);
      },
    );
  }

  /** Resolves after the first read of the list, even if it failed, and in a crowded room when the list is recent. Never rejects. */
  ready(): Promise<void> {
    if (this.isCrowded && performance.now() - this.#readAt > crowdedListMs) {
      this.#maybeStale = true;
      this.#readIn(0);
    }
    if (this.#version === 0 && this.#maybeStale) return (this.#reading ??= this.#read());
    return this.#reading ?? Promise.resolve();
  }

  /** The users present; in a crowded room an incomplete list. */
  get users(): ReadonlyMap<string, PresentStatus> {
    return this.#users;
  }

  /** Called before a joining member receives the list of present users, in which its own user has the status `status`. */
  listed(member: Connection, status: PresentStatus): void {
    const { user } = member.identity;
    for (const other of this.#coalescing.recent()) {
      this.#coalescing.listed(member, other, other === user ? status : (this.#users.get(other) ?? 'offline'));
    }
  }

  /** Whether the room has too many present users for changes to be sent. */
  get isCrowded(): boolean {
    return this.#total > maxPresent || this.#wasCrowded;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#settling);
    this.#coalescing.stop();
    this.#unsubscribe();
  }

  take(change: Change): void {
    const { version } = change;
    if (this.#closed || version <= this.#version) return;
    if (version > this.#known) this.#known = version;
    if (version === this.#version + 1 && !this.#maybeStale) {
      this.#apply(change);
      this.#applyAhead();
    } else if (this.#ahead.size < changesAhead) {
      this.#ahead.set(version, change);
    }
    if (this.#behind) this.#readIn(this.#context.gapTimeoutMs);
  }

  get #behind(): boolean {
    return this.#maybeStale || this.#known > this.#version;
  }

  #apply({ user, before, after, version }: Change): void {
    this.#version = version;
    if (before === 'offline') this.#total++;
    if (after === 'offline') this.#total--;
    this.#put(user, after);
    // Users who did not fit in the list are unknown here.
    if (!this.isCrowded && this.#users.size - this.#unconfirmed.size !== this.#total) this.#maybeStale = true;
  }

  #applyAhead(): void {
    for (;;) {
      const change = this.#ahead.get(this.#version + 1);
      if (change === undefined) break;
      this.#apply(change);
    }
    for (const version of this.#ahead.keys()) if (version <= this.#version) this.#ahead.delete(version);
  }

  #put(user: string, after: Status): void {
    this.#unconfirmed.delete(user);
    if (after === (this.#users.get(user) ?? 'offline')) return;
    if (after === 'offline') this.#users.delete(user);
    else if (this.#users.has(user) || this.#users.size < maxPresent) this.#users.set(user, after);
    if (this.isCrowded) return;
    this.#context.changed(user, after);
    this.#coalescing.changed(user, after);
  }

  #readIn(delayMs: number): void {
    if (this.#closed || this.#reading !== undefined) return;
    if (delayMs === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#reading = this.#read();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#behind) this.#reading ??= this.#read();
    }, delayMs).unref();
  }

  async #read(): Promise<void> {
    try {
      while (this.#behind && !this.#closed) {
        this.#maybeStale = false;
        const version = this.#version;
        const known = this.#known;
        const list = await this.#context.presence.list(this.room);
        this.#readAt = performance.now();
        // Bus changes overtook this read; a newer list includes them.
        if (list.version < this.#version && this.#version !== version) {
          this.#maybeStale = true;
          continue;
        }
        // A change is published after it was stored, so a list that was read later includes it, unless the store lost its data.
        const anew = list.version < known || (this.#epoch !== '' && list.epoch !== this.#epoch);
        if (anew) this.#startAnew();
        this.#adopt(list);
        if (anew) {
          this.#context.lost();
          // Reads again: changes that arrived meanwhile may have been in either epoch.
          this.#maybeStale = true;
        }
      }
      this.#failures = 0;
    } catch (error) {
      this.#maybeStale = true;
      this.#failures++;
      this.#context.log.error({ err: error, room: this.room }, 'the presence list could not be read');
    }
    this.#reading = undefined;
    if (this.#behind) this.#readIn(Math.min(slowestRetryMs, 50 * 2 ** Math.min(10, this.#failures)));
  }

  #startAnew(): void {
    this.#context.log.warn({ room: this.room }, 'the presence store has lost its data and starts again');
    this.#known = 0;
    this.#ahead.clear();
    this.#wasCrowded = this.isCrowded;
    for (const user of this.#users.keys()) this.#unconfirmed.add(user);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#unconfirmed.clear();
      this.#wasCrowded = false;
      this.#maybeStale = true;
      this.#readIn(0);
    }, this.#context.presence.leaseMs).unref();
  }

  /** Reports all differences to the list. */
  #adopt({ epoch, version, total, present }: PresenceList): void {
    this.#epoch = epoch;
    this.#version = version;
    this.#known = Math.max(this.#known, version);
    this.#total = total;
    const now = new Map(present.map(({ user, status }) => [user, status]));
    // Removals first, to make room.
    for (const user of this.#users.keys()) {
      if (!now.has(user) && !this.#unconfirmed.has(user)) this.#put(user, 'offline');
    }
    for (const [user, status] of now) this.#put(user, status);
    this.#applyAhead();
  }
}

function topicOf(room: string): string {
  return `presence:${room}`;
}

/**
 * Whether a change is published. Changes of crowded rooms are not, except the one that makes a room crowded. The first change after
 * that which is published again reveals the missing ones by its version.
 */
export function isPublished({ room, before, total }: PresenceChange): boolean {
  if (room === noRoom) return false;
  return total <= maxPresent || (total === maxPresent + 1 && before === 'offline');
}

/** Publishes a change to all nodes. */
export function publishPresence(bus: Bus, { room, user, before, after, version }: PresenceChange): void {
  bus.publish(topicOf(room), `${version} ${before} ${after} ${user}`);
}

const line = /^(\d{1,16}) (online|away|offline) (online|away|offline) (.+)$/s;

function parse(payload: string): Change | undefined {
  const [, version, before, after, user] = line.exec(payload) ?? [];
  if (user === undefined || !isStatus(before) || !isStatus(after)) return undefined;
  return { version: Number(version), before, after, user };
}

function isStatus(word: string | undefined): word is Status {
  return word === 'online' || word === 'away' || word === 'offline';
}
