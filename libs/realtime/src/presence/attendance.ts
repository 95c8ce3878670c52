import type { Logger } from '../support/log.ts';
import { above, better, type Presence, type PresenceChange, type PresenceView, type Status } from './presence.ts';

/** One user in one room on this node. It has plain fields only, because one exists per user and room. */
export class Attendee {
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

export interface AttendanceOptions {
  readonly presence: Presence;
  /** The name of this node, unique among all nodes. */
  readonly node: string;
  readonly graceMs: number;
  readonly log: Logger;
  /** Called with every change, in the order of the versions of each room. */
  readonly changed: (change: PresenceChange) => void;
}

/** The maximum number of views per call of the store. */
const viewsAtOnce = 500;
const slowestRetryMs = 5_000;

/** The local presence of users in rooms on this node. Reports it to the store in batches, one call at a time. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #rooms = new Map<string, Map<string, Attendee>>();
  /** Entries whose current view may be missing in the store. */
  readonly #unsaid = new Set<Attendee>();
  #saying = false;
  #failures = 0;
  /**
   * Entries with a held status, in the order in which they expire. The grace period is the same for all, so one timer is enough.
   */
  readonly #held = new Set<Attendee>();
  #heldTimer: NodeJS.Timeout | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  find(room: string, user: string): Attendee | undefined {
    return this.#rooms.get(room)?.get(user);
  }

  /** The users who are in a room on this node or whose status is held there. */
  in(room: string): Iterable<Attendee> {
    return this.#rooms.get(room)?.values() ?? [];
  }

  /** A connection has joined. */
  came(room: string, user: string, away: boolean): Attendee {
    let people = this.#rooms.get(room);
    if (people === undefined) this.#rooms.set(room, (people = new Map<string, Attendee>()));
    let attendee = people.get(user);
    if (attendee === undefined) people.set(user, (attendee = new Attendee(room, user)));
    const before = attendee.live;
    attendee.connections++;
    if (!away) attendee.attentive++;
    attendee.left = false;
    if (attendee.live !== before) this.#moved(attendee);
    return attendee;
  }

  /**
   * A connection has left the room.
   *
   * @param dropped the connection was lost and may reconnect, so its status is held for the grace period. Otherwise the change
   *   shows immediately.
   */
  went(room: string, user: string, away: boolean, dropped: boolean): void {
    const attendee = this.find(room, user);
    if (attendee === undefined || attendee.connections === 0) return;
    const before = attendee.live;
    const shown = attendee.status;
    attendee.connections--;
    if (!away) attendee.attentive--;
    if (attendee.connections === 0) attendee.known = 'offline';
    if (attendee.live === before) return;
    if (dropped) {
      attendee.held = shown;
      attendee.heldUntil = performance.now() + this.#options.graceMs;
      // Move to the end of the expiry order.
      this.#held.delete(attendee);
      this.#held.add(attendee);
      this.#watchHeld();
    } else if (attendee.connections === 0) {
      attendee.held = 'offline';
      attendee.left = true;
    }
    this.#moved(attendee);
  }

  /** A connection in the room became away, or is back. */
  turned(room: string, user: string, away: boolean): void {
    const attendee = this.find(room, user);
    if (attendee === undefined) return;
    const before = attendee.live;
    attendee.attentive += away ? -1 : 1;
    if (attendee.live !== before) this.#moved(attendee);
  }

  /** Reports a view again, because the store shows a lower status than the live one. */
  again(attendee: Attendee): void {
    this.#unsaid.add(attendee);
    this.#say();
  }

  /** Reports all views of a room again, because the store may have lost them. */
  allAgain(room: string): void {
    for (const attendee of this.in(room)) this.again(attendee);
  }

  #moved(attendee: Attendee): void {
    if (!above(attendee.held, attendee.live)) {
      attendee.held = 'offline';
      this.#held.delete(attendee);
    }
    this.again(attendee);
  }

  #watchHeld(): void {
    if (this.#heldTimer !== undefined) return;
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
    for (const attendee of this.#held) {
      if (attendee.heldUntil > now) break;
      this.#held.delete(attendee);
      attendee.held = 'offline';
      this.again(attendee);
    }
    this.#watchHeld();
  }

  #say(): void {
    if (this.#saying) return;
    this.#saying = true;
    // Deferred, so that changes of one turn, such as the close of a connection with many rooms, share one call.
    queueMicrotask(() => void this.#sayAll());
  }

  async #sayAll(): Promise<void> {
    while (this.#unsaid.size > 0) {
      const batch = [...this.#unsaid].slice(0, viewsAtOnce);
      const views = batch.map(viewOf);
      for (const attendee of batch) {
        this.#unsaid.delete(attendee);
        attendee.left = false;
      }
      try {
        const changes = await this.#options.presence.set(this.#options.node, views);
        this.#failures = 0;
        for (const change of changes) this.#options.changed(change);
        for (const attendee of batch) this.#letGo(attendee);
      } catch (error) {
        this.#options.log.error({ err: error }, 'presence could not be written to the store');
        batch.forEach((attendee, index) => {
          this.#unsaid.add(attendee);
          if (views[index]?.left === true && attendee.connections === 0) attendee.left = true;
        });
        this.#sayLater();
        return;
      }
    }
    this.#saying = false;
  }

  #sayLater(): void {
    const waitMs = Math.min(slowestRetryMs, 50 * 2 ** Math.min(10, this.#failures++));
    setTimeout(() => void this.#sayAll(), waitMs).unref();
  }

  #letGo(attendee: Attendee): void {
    const { room, user } = attendee;
    if (attendee.status !== 'offline' || this.#unsaid.has(attendee)) return;
    const people = this.#rooms.get(room);
    if (people?.get(user) !== attendee) return;
    people.delete(user);
    if (people.size === 0) this.#rooms.delete(room);
  }
}

function viewOf({ room, user, live, held, left }: Attendee): PresenceView {
  return { room, user, live, held, left };
}
