import type { Logger } from '../support/log.ts';
import { above, better, type Presence, type PresenceChange, type PresenceView, type Status } from './presence.ts';

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
  /** When the held status ends, on the monotonic clock. */
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

/** The maximum number of views per call of the store. */
const viewsPerCall = 500;
const slowestRetryMs = 5_000;

/** The local presence of users in rooms on this node. Reports it to the store in batches, one call at a time. */
export class LocalPresence {
  readonly #options: LocalPresenceOptions;
  readonly #rooms = new Map<string, Map<string, LocalUser>>();
  /** Entries whose current view may be missing in the store. */
  readonly #unreported = new Set<LocalUser>();
  #reporting = false;
  #failures = 0;
  /**
   * Entries with a held status, in the order in which they expire. The grace period is the same for all, so one timer is enough.
   */
  readonly #held = new Set<LocalUser>();
  #heldTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LocalPresenceOptions) {
    this.#options = options;
  }

  /** Ends all timers and reports nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#heldTimer);
    clearTimeout(this.#retryTimer);
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
      this.#watchHeld();
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
    this.#scheduleReport();
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

  #watchHeld(): void {
    if (this.#stopped || this.#heldTimer !== undefined) return;
    const [first] = this.#held;
    if (first === undefined) return;
    const waitMs = Math.max(1, first.heldUntil - performance.now());
    this.#heldTimer = setTimeout(() => {
      this.#heldTimer = undefined;
      this.#endHeld();
    }, waitMs).unref();
  }

  #endHeld(): void {
    const now = performance.now();
    for (const entry of this.#held) {
      if (entry.heldUntil > now) break;
      this.#held.delete(entry);
      entry.held = 'offline';
      this.report(entry);
    }
    this.#watchHeld();
  }

  #scheduleReport(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    // Deferred, so that changes of one turn, such as the close of a connection with many rooms, share one call.
    queueMicrotask(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#unreported.size > 0) {
      const batch = [...this.#unreported].slice(0, viewsPerCall);
      const views = batch.map(viewOf);
      for (const entry of batch) {
        this.#unreported.delete(entry);
        entry.left = false;
      }
      try {
        const changes = await this.#options.presence.set(this.#options.node, views);
        this.#failures = 0;
        for (const change of changes) this.#options.changed(change);
        for (const entry of batch) this.#release(entry);
      } catch (error) {
        this.#options.log.error({ err: error }, 'presence could not be written to the store');
        batch.forEach((entry, index) => {
          this.#unreported.add(entry);
          if (views[index]?.left === true && entry.connections === 0) entry.left = true;
        });
        this.#retryLater();
        return;
      }
    }
    this.#reporting = false;
  }

  #retryLater(): void {
    const waitMs = Math.min(slowestRetryMs, 50 * 2 ** Math.min(10, this.#failures++));
    if (this.#stopped) return;
    this.#retryTimer = setTimeout(() => void this.#flush(), waitMs).unref();
  }

  #release(entry: LocalUser): void {
    const { room, user } = entry;
    if (entry.status !== 'offline' || this.#unreported.has(entry)) return;
    const users = this.#rooms.get(room);
    if (users?.get(user) !== entry) return;
    users.delete(user);
    if (users.size === 0) this.#rooms.delete(room);
  }
}

function viewOf({ room, user, live, held, left }: LocalUser): PresenceView {
  return { room, user, live, held, left };
}
