import type { Logger } from '../support/log.ts';
import {
  above,
  better,
  noRoom,
  type Presence,
  type PresenceChange,
  PresenceLeaseExpired,
  type PresenceView,
  type Status,
} from './presence.ts';

/** One user in one room on this node. It has plain fields only, because one exists per user and room. */
export class LocalUser {
  readonly room: string;
  readonly user: string;
  /** The number of the user's connections that have joined. */
  connections = 0;
  /** The number of those connections that are not away. */
  attentive = 0;
  /** The status still shown for recently dropped connections. */
  held: Status = 'offline';
  /** When the held status ends, on the monotonic clock of this node. The store measures the same time by its own clock. */
  heldUntil = 0;
  /** The user left deliberately, and the store does not know yet. */
  left = false;
  /** The status that the user's own connections on this node have received; `offline` if it differs between them. */
  known: Status = 'offline';
  /** When the last `typing` signal was published, on the monotonic clock. */
  typedAt = -Infinity;

  constructor(room: string, user: string) {
    this.room = room;
    this.user = user;
  }

  get live(): Status {
    if (this.connections === 0) return 'offline';
    return this.attentive > 0 ? 'online' : 'away';
  }

  get status(): Status {
    return better(this.live, this.held);
  }
}

export interface LocalPresenceOptions {
  readonly presence: Presence;
  /** The name of this node, unique among all nodes. */
  readonly node: string;
  readonly graceMs: number;
  readonly log: Logger;
  /** Called with every change, in the order of the versions of each room. */
  readonly changed: (change: PresenceChange) => void;
}

/** How long to collect views of `noRoom`, which every connection changes and no request waits for, in milliseconds. */
const collectMs = 100;
/** The shortest time between two renewals that end held statuses, in milliseconds: when many users disconnect, each has its own end. */
const endsTogetherMs = 100;
/** The maximum number of views per call of the store. */
const viewsPerCall = 500;
const slowestRetryMs = 5_000;

/**
 * The local presence of users in rooms on this node. Reports it to the store in batches, one call at a time, and renews the lease of
 * this node as long as it has users. The store ends held statuses; this class only renews at the right time to receive the changes.
 */
export class LocalPresence {
  readonly #options: LocalPresenceOptions;
  readonly #rooms = new Map<string, Map<string, LocalUser>>();
  /** Entries whose current view may be missing in the store. */
  readonly #unreported = new Set<LocalUser>();
  /** Entries with a held status, in the order in which they end, because the grace period is the same for all. */
  readonly #held = new Set<LocalUser>();
  /** The calls in progress; `undefined` if there are none. */
  #working: Promise<void> | undefined;
  #failures = 0;
  /** A call has failed, and the timer starts the next one. */
  #isBackingOff = false;
  #hasLease = false;
  /** When the lease was last renewed, on the monotonic clock. */
  #renewedAt = -Infinity;
  /** When the next held status of this node ends in the store, on the monotonic clock. */
  #storeEndAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #collecting: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LocalPresenceOptions) {
    this.#options = options;
  }

  find(room: string, user: string): LocalUser | undefined {
    return this.#rooms.get(room)?.get(user);
  }

  /** The users who are in a room on this node or whose status is held there. */
  in(room: string): Iterable<LocalUser> {
    return this.#rooms.get(room)?.values() ?? [];
  }

  /** A connection has joined. */
  joined(room: string, user: string, away: boolean): LocalUser {
    let users = this.#rooms.get(room);
    if (users === undefined) this.#rooms.set(room, (users = new Map<string, LocalUser>()));
    let entry = users.get(user);
    if (entry === undefined) users.set(user, (entry = new LocalUser(room, user)));
    const before = entry.live;
    entry.connections++;
    if (!away) entry.attentive++;
    entry.left = false;
    if (entry.live !== before) this.#statusChanged(entry);
    return entry;
  }

  /**
   * A connection has left the room.
   *
   * @param dropped the connection was lost and may reconnect, so its status is held for the grace period. Otherwise the change
   *   shows immediately.
   */
  left(room: string, user: string, away: boolean, dropped: boolean): void {
    const entry = this.find(room, user);
    if (entry === undefined || entry.connections === 0) return;
    const before = entry.live;
    const shown = entry.status;
    entry.connections--;
    if (!away) entry.attentive--;
    if (entry.connections === 0) entry.known = 'offline';
    if (entry.live === before) return;
    if (dropped) {
      entry.held = shown;
      entry.heldUntil = performance.now() + this.#options.graceMs;
      // Move to the end of the expiry order.
      this.#held.delete(entry);
      this.#held.add(entry);
    } else if (entry.connections === 0) {
      entry.held = 'offline';
      entry.left = true;
    }
    this.#statusChanged(entry);
  }

  /** A connection in the room became away, or is back. */
  setAway(room: string, user: string, away: boolean): void {
    const entry = this.find(room, user);
    if (entry === undefined) return;
    const before = entry.live;
    entry.attentive += away ? -1 : 1;
    if (entry.live !== before) this.#statusChanged(entry);
  }

  /** Reports a view again, because the store shows a lower status than the live one. */
  report(entry: LocalUser): void {
    this.#unreported.add(entry);
    if (entry.room !== noRoom) {
      this.#scheduleReport();
      return;
    }
    this.#collecting ??= setTimeout(() => {
      this.#collecting = undefined;
      if (this.#unreported.size > 0) this.#scheduleReport();
    }, collectMs).unref();
  }

  /** Reports all views of a room again, because the store may have lost them. */
  reportAll(room: string): void {
    for (const entry of this.in(room)) this.report(entry);
  }

  #statusChanged(entry: LocalUser): void {
    if (!above(entry.held, entry.live)) {
      entry.held = 'offline';
      this.#held.delete(entry);
    }
    this.report(entry);
  }

  /** Removes the presence of this node from the store. Nothing is reported afterwards. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#collecting);
    await this.#working;
    const { presence, node, log, changed } = this.#options;
    try {
      for (const change of await presence.removeNode(node)) changed(change);
    } catch (error) {
      log.error(
        { err: error },
        'the presence of this node could not be removed; the store removes it when its lease ends',
      );
    }
  }

  #scheduleReport(): void {
    if (this.#working !== undefined || this.#isBackingOff || this.#stopped) return;
    // Deferred, so that changes of one turn, such as the close of a connection with many rooms, share one call.
    this.#working = Promise.resolve().then(() => this.#work());
  }

  /** Renews the lease if necessary, then reports all views. */
  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    let waitMs: number | undefined;
    try {
      while (!this.#stopped) {
        if (!this.#hasLease || this.#renewalInMs <= 0) await this.#renew();
        else if (this.#unreported.size > 0) await this.#reportBatch();
        else break;
      }
      this.#failures = 0;
    } catch (error) {
      this.#options.log.error({ err: error }, 'presence could not be written to the store');
      this.#isBackingOff = true;
      waitMs = Math.min(slowestRetryMs, 50 * 2 ** Math.min(10, this.#failures++));
    }
    this.#working = undefined;
    this.#workIn(waitMs ?? this.#renewalInMs);
  }

  #workIn(delayMs: number): void {
    if (this.#stopped || delayMs === Infinity) return;
    const work = (): void => {
      this.#isBackingOff = false;
      this.#scheduleReport();
    };
    this.#timer = setTimeout(work, Math.max(1, Math.ceil(delayMs))).unref();
  }

  /** The milliseconds until the next renewal, which may be negative; `Infinity` if this node has no users. */
  get #renewalInMs(): number {
    const [first] = this.#held;
    const firstEnd = Math.min(this.#storeEndAt, first?.heldUntil ?? Infinity);
    const endAt = Math.max(firstEnd, this.#renewedAt + endsTogetherMs);
    const renewAt = this.#rooms.size > 0 ? this.#renewedAt + this.#options.presence.leaseMs / 3 : Infinity;
    return Math.min(renewAt, endAt) - performance.now();
  }

  async #renew(): Promise<void> {
    this.#endHeld();
    const { presence, node, changed } = this.#options;
    const { isNew, changes, nextEndMs } = await presence.renew(node);
    this.#renewedAt = performance.now();
    this.#storeEndAt = nextEndMs === undefined ? Infinity : this.#renewedAt + nextEndMs;
    if (isNew)
      for (const users of this.#rooms.values()) for (const entry of users.values()) this.#unreported.add(entry);
    this.#hasLease = true;
    for (const change of changes) changed(change);
  }

  /** Ends held statuses on this node. The store ends them by its own clock. */
  #endHeld(): void {
    for (const entry of this.#held) {
      if (entry.heldUntil > performance.now()) break;
      this.#held.delete(entry);
      entry.held = 'offline';
      this.#release(entry);
    }
  }

  async #reportBatch(): Promise<void> {
    const { presence, node, changed } = this.#options;
    const batch = [...this.#unreported].slice(0, viewsPerCall);
    const views = batch.map(viewOf);
    for (const entry of batch) {
      this.#unreported.delete(entry);
      entry.left = false;
    }
    try {
      for (const change of await presence.set(node, views)) changed(change);
    } catch (error) {
      batch.forEach((entry, index) => {
        this.#unreported.add(entry);
        if (views[index]?.left === true && entry.connections === 0) entry.left = true;
      });
      if (error instanceof PresenceLeaseExpired) this.#hasLease = false;
      // The first expired lease is renewed immediately. A second one in a row is an error.
      if (this.#hasLease || this.#failures > 0) throw error;
      this.#failures++;
      return;
    }
    this.#failures = 0;
    for (const entry of batch) this.#release(entry);
  }

  #release(entry: LocalUser): void {
    const { room, user } = entry;
    if (entry.status !== 'offline' || this.#unreported.has(entry)) return;
    const users = this.#rooms.get(room);
    if (users?.get(user) === entry) users.delete(user);
    if (users?.size === 0) this.#rooms.delete(room);
  }
}

function viewOf({ room, user, live, held, heldUntil, left }: LocalUser): PresenceView {
  const heldForMs = held === 'offline' ? 0 : Math.max(0, heldUntil - performance.now());
  return { room, user, live, held, heldForMs, left };
}
