import type { Logger } from '../support/log.ts';
import { above, better, type Presence, type PresenceChange, type PresenceView, type Status } from './presence.ts';

/** One person in one room, on this node: plain fields, since there is one for every room of everybody. */
export class Attendee {
  readonly room: string;
  readonly user: string;
  /** How many of their connections have joined. */
  connections = 0;
  /** How many of those are not away. */
  attentive = 0;
  /** What is shown for connections that dropped a moment ago. */
  held: Status = 'offline';
  /** Until when, on the monotonic clock. */
  heldUntil = 0;
  /** They went on purpose, and nobody has been told yet. */
  left = false;
  /** What their own connections here know of them; `offline`: not all know the same. */
  known: Status = 'offline';
  /** When they were last heard typing, on the monotonic clock. */
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
  /** This node's name, another one on every node. */
  readonly node: string;
  readonly graceMs: number;
  readonly log: Logger;
  /** Called with what everybody has to know, in the order of the versions of each room. */
  readonly changed: (change: PresenceChange) => void;
}

/** Views that are said to the store in one call. */
const viewsAtOnce = 500;
const slowestRetryMs = 5_000;

/** Who is in which room on this node, and the telling of it to the store: what came together in one call, one call at a time. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #rooms = new Map<string, Map<string, Attendee>>();
  /** Those whose view the store may not have; never more than there are attendees. */
  readonly #unsaid = new Set<Attendee>();
  #saying = false;
  #failures = 0;
  /** For whom something is held, the first to end first: the grace is the same for all, so one timer does. */
  readonly #held = new Set<Attendee>();
  #heldTimer: NodeJS.Timeout | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  find(room: string, user: string): Attendee | undefined {
    return this.#rooms.get(room)?.get(user);
  }

  /** Those who are in a room on this node, and those who are held in it. */
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
   * A connection is in the room no more. @param dropped it may be back: what it showed is held for the grace. Otherwise it
   * shows at once.
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
      // To the end of the line.
      this.#held.delete(attendee);
      this.#held.add(attendee);
      this.#watchHeld();
    } else if (attendee.connections === 0) {
      attendee.held = 'offline';
      attendee.left = true;
    }
    this.#moved(attendee);
  }

  /** A connection that is in the room looks elsewhere, or is back. */
  turned(room: string, user: string, away: boolean): void {
    const attendee = this.find(room, user);
    if (attendee === undefined) return;
    const before = attendee.live;
    attendee.attentive += away ? -1 : 1;
    if (attendee.live !== before) this.#moved(attendee);
  }

  /** Says a view again: the store shows less than there is. */
  again(attendee: Attendee): void {
    this.#unsaid.add(attendee);
    this.#say();
  }

  /** Says everything of a room again: the store may have lost it. */
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
    // Not at once: what happens in one go, such as the end of a connection with many rooms, is said in one call.
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
        this.#options.log.error({ err: error }, 'who is present could not be told to the other nodes');
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
