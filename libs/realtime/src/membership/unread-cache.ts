import type { Message, PayloadMessage } from '@usher/protocol';
import { mentionsIn, roomBounds } from '@usher/protocol/server';
import type { RoomUser, Unread } from './read-markers.ts';

/** The maximum number of counts to keep. Beyond it, the least recently used one is removed. */
const maxCounts = 100_000;
/** The maximum number of messages to keep per room. Counts that are further behind are stale. */
const maxMessages = 256;
const maxCharacters = 256 * 1024;
/** A count that was not read from the store for this time is stale, because the bus may have lost an event without a notice. */
const maxAgeMs = 60_000;

/** What a message means for unread counts. */
interface Arrival {
  readonly seq: number;
  readonly from: string;
  /** Whether it is a message of its own: neither an edit nor a deletion, and not deleted. */
  readonly counts: boolean;
  readonly mentions: readonly string[];
  /** The message that it edits or deletes; 0 if none. */
  readonly target: number;
}

/** The sum of all messages after a sequence number. */
interface Delta {
  readonly to: number;
  readonly count: number;
  readonly byAuthor: ReadonlyMap<string, number>;
  /** Without the mentions in a user's own messages. */
  readonly mentions: ReadonlyMap<string, number>;
  /** The highest sequence number of a message that was edited or deleted. */
  readonly target: number;
}

/**
 * The messages of a room that have arrived since some point in time. It is replaced when messages may be missing. Counts refer to
 * the object that was current when the store was queried, so they become stale together with it.
 */
export class RoomArrivals {
  epoch = '';
  /** Without a gap, in order. */
  readonly #messages: Arrival[] = [];
  /** Payloads that are parsed only when a count is requested. */
  #pending: string[] = [];
  #pendingCharacters = 0;
  readonly #deltas = new Map<number, Delta | undefined>();

  /** @returns `false` if too many payloads are pending */
  add(payload: string): boolean {
    this.#pending.push(payload);
    this.#pendingCharacters += payload.length;
    return this.#pending.length <= maxMessages && this.#pendingCharacters <= maxCharacters;
  }

  /** Parses the pending payloads. @returns `false` if one of them is invalid or belongs to another epoch */
  settle(): boolean {
    if (this.#pending.length === 0) return true;
    const arrivals: Arrival[] = [];
    for (const payload of this.#pending) {
      const parsed = parse(payload);
      if (parsed === undefined) return false;
      if (this.epoch === '') this.epoch = parsed.epoch;
      if (parsed.epoch !== this.epoch) return false;
      arrivals.push(parsed.arrival);
    }
    this.#pending = [];
    this.#pendingCharacters = 0;
    this.#deltas.clear();
    for (const arrival of arrivals.sort((one, other) => one.seq - other.seq)) {
      if (arrival.seq <= this.last) continue;
      // Counts before a gap cannot be continued.
      if (arrival.seq > this.last + 1) this.#messages.length = 0;
      this.#messages.push(arrival);
    }
    this.#messages.splice(0, this.#messages.length - maxMessages);
    return true;
  }

  /** The highest sequence number that has arrived; 0 if none has. */
  get last(): number {
    return this.#messages.at(-1)?.seq ?? 0;
  }

  /** The sum of the messages after `seq`, or `undefined` if one of them is missing. */
  after(seq: number): Delta | undefined {
    if (!this.#deltas.has(seq)) this.#deltas.set(seq, this.#sum(seq));
    return this.#deltas.get(seq);
  }

  #sum(seq: number): Delta | undefined {
    const first = this.#messages[0];
    if (first === undefined || first.seq > seq + 1) return undefined;
    let [count, target] = [0, 0];
    const byAuthor = new Map<string, number>();
    const mentions = new Map<string, number>();
    for (const arrival of this.#messages.slice(seq + 1 - first.seq)) {
      target = Math.max(target, arrival.target);
      if (!arrival.counts) continue;
      count++;
      increment(byAuthor, arrival.from);
      for (const user of arrival.mentions) if (user !== arrival.from) increment(mentions, user);
    }
    return { to: this.last, count, byAuthor, mentions, target };
  }
}

interface CachedCount {
  readonly unread: Unread;
  readonly arrivals: RoomArrivals;
  /** The `eventsOf` the user when the store was queried. */
  readonly events: object | undefined;
  /** When the store was queried, on the monotonic clock. */
  readonly readAt: number;
}

/** The unread counts of users on this node. They are read from the store once and then follow the messages that arrive. */
export class UnreadCache {
  readonly #counts = new Map<string, CachedCount>();
  readonly #rooms = new Map<string, RoomArrivals>();
  /** A new object for each time after which no event of the user was lost. */
  readonly #users = new Map<string, object>();

  /** From now on this node receives the events of the user; earlier ones may have been lost, so the counts of the user are stale. */
  userFollowed(user: string): void {
    this.#users.set(user, {});
  }

  /** This node no longer receives the events of the user: their counts are stale. */
  userUnfollowed(user: string): void {
    this.#users.delete(user);
  }

  /** Stands for the events of the user without a loss. Get it before the store is queried, and pass it to `put` with the result. */
  eventsOf(user: string): object | undefined {
    return this.#users.get(user);
  }

  /** The current arrivals of a room. Get them before the store is queried, and pass them to `put` with the result. */
  arrivalsOf(room: string): RoomArrivals {
    let arrivals = this.#rooms.get(room);
    if (arrivals === undefined) this.#rooms.set(room, (arrivals = new RoomArrivals()));
    return arrivals;
  }

  /** A message has arrived. @param payload as published on the topic of the room: `seq epoch message` */
  arrived(room: string, payload: string): void {
    if (!this.arrivalsOf(room).add(payload)) this.missed(room);
  }

  /** Messages of the room may be missing, or are no longer followed: its counts are stale. */
  missed(room: string): void {
    this.#rooms.delete(room);
  }

  /** Saves a count of the store. */
  put({ room, user }: RoomUser, unread: Unread, arrivals: RoomArrivals, events: object | undefined): void {
    this.#save(keyOf(room, user), { unread, arrivals, events, readAt: performance.now() });
    if (this.#counts.size <= maxCounts) return;
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      return;
    }
  }

  /** A read marker has moved. @param unread the remaining messages, counted at that time */
  advanced({ room, user }: RoomUser, unread: Unread): void {
    const key = keyOf(room, user);
    const cached = this.#counts.get(key);
    if (cached !== undefined && unread.read > cached.unread.read) this.#save(key, { ...cached, unread });
  }

  /** All counts are stale. */
  clear(): void {
    this.#counts.clear();
  }

  remove({ room, user }: RoomUser): void {
    this.#counts.delete(keyOf(room, user));
  }

  /** Returns the count with all messages that have arrived, or `undefined` if it is unknown or stale. */
  get({ room, user }: RoomUser): Unread | undefined {
    const key = keyOf(room, user);
    const cached = this.#counts.get(key);
    const arrivals = this.#rooms.get(room);
    if (cached === undefined || performance.now() - cached.readAt > maxAgeMs) return undefined;
    if (cached.events === undefined || cached.events !== this.#users.get(user)) return undefined;
    if (arrivals !== undefined && !arrivals.settle()) this.missed(room);
    if (this.#rooms.get(room) !== cached.arrivals) return undefined;
    const unread = continued(cached.unread, cached.arrivals, user);
    if (unread === undefined) this.#counts.delete(key);
    else this.#save(key, { ...cached, unread });
    return unread;
  }

  #save(key: string, count: CachedCount): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
  }
}

/** Adds the messages after a count. Returns `undefined` if only the store can count them. */
function continued(unread: Unread, arrivals: RoomArrivals, user: string): Unread | undefined {
  if (unread.seq >= arrivals.last) return unread;
  const delta = arrivals.after(unread.seq);
  // An edit may add or remove a mention, and a deletion removes a message.
  if (delta === undefined || delta.target > unread.read) return undefined;
  const count = unread.count + delta.count - (delta.byAuthor.get(user) ?? 0);
  const mentions = delta.mentions.get(user) ?? 0;
  const { unreadMessages: max } = roomBounds;
  if (unread.count === max && mentions === 0) return { ...unread, seq: delta.to };
  return count > max ? undefined : { seq: delta.to, read: unread.read, count, mentions: unread.mentions + mentions };
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function keyOf(room: string, user: string): string {
  return `${room} ${user}`;
}

function parse(payload: string): { readonly epoch: string; readonly arrival: Arrival } | undefined {
  const [, seq, epoch, text] = /^(\d{1,16}) (\S+) (\{.+)$/s.exec(payload) ?? [];
  if (epoch === undefined || text === undefined) return undefined;
  try {
    const message = JSON.parse(text) as Partial<Message & PayloadMessage>;
    if (typeof message.from !== 'string') return undefined;
    // A payload mentions no one.
    if (typeof message.text !== 'string' && message.payload === undefined) return undefined;
    const target = message.edits ?? message.deletes ?? 0;
    const counts = target === 0 && message.deleted === undefined;
    const mentions = counts && message.text !== undefined ? mentionsIn(message.text) : [];
    return { epoch, arrival: { seq: Number(seq), from: message.from, counts, mentions, target } };
  } catch {
    return undefined;
  }
}
