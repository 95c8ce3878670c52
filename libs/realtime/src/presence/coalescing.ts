import type { Connection } from '../connections/connection.ts';
import type { Status } from './presence.ts';

/** The last status of a user that was sent to a room, and when the next one may be sent. */
interface Interval {
  readonly status: Status;
  /** Monotonic milliseconds. */
  readonly until: number;
  /** Members who joined in the meantime and whose list contained a different status. */
  listed: Map<Connection, Status> | undefined;
}

export interface CoalescingOptions {
  /** The minimum milliseconds between two changes of one user. */
  readonly everyMs: number;
  /** Returns the current status of a user. */
  readonly current: (user: string) => Status;
  /** Sends a status to the members of the room, or only to the given members. */
  readonly send: (user: string, status: Status, only?: ReadonlyMap<Connection, Status>) => void;
  /** The maximum number of users to coalesce at the same time. Beyond it, the oldest interval ends early. */
  readonly limit: number;
}

/**
 * Limits the changes of each user that are sent to one room to one per `everyMs`. The first change is sent immediately. At the end
 * of the interval the current status is sent if it differs from the last one sent; otherwise it is sent only to members who joined
 * in the meantime and whose list contained another status. One timer serves the whole room.
 */
export class Coalescing {
  readonly #options: CoalescingOptions;
  /** In ascending order of `until`, because the interval is the same for all. */
  readonly #intervals = new Map<string, Interval>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CoalescingOptions) {
    this.#options = options;
  }

  /** The status of a user has changed. */
  changed(user: string, status: Status): void {
    if (this.#intervals.has(user)) return;
    const { limit } = this.#options;
    if (this.#intervals.size >= limit) {
      const [first] = this.#intervals.keys();
      if (first !== undefined) this.#end(first);
    }
    this.#send(user, status);
  }

  /** The users with an active interval. */
  recent(): Iterable<string> {
    return this.#intervals.keys();
  }

  /** A joining member receives a list in which the status differs from the one last sent to the other members. */
  listed(member: Connection, user: string, status: Status): void {
    const interval = this.#intervals.get(user);
    if (interval === undefined) return;
    if (interval.status !== status) (interval.listed ??= new Map<Connection, Status>()).set(member, status);
    else interval.listed?.delete(member);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#intervals.clear();
  }

  #send(user: string, status: Status, only?: ReadonlyMap<Connection, Status>): void {
    const { everyMs, send } = this.#options;
    this.#intervals.set(user, { status, until: performance.now() + everyMs, listed: undefined });
    this.#timer ??= setTimeout(() => {
      this.#endDue();
    }, everyMs).unref();
    send(user, status, only);
  }

  #end(user: string): void {
    const interval = this.#intervals.get(user);
    this.#intervals.delete(user);
    const status = this.#options.current(user);
    if (interval === undefined) return;
    if (interval.status !== status) this.#send(user, status);
    else if (interval.listed !== undefined && interval.listed.size > 0) this.#send(user, status, interval.listed);
  }

  #endDue(): void {
    const now = performance.now();
    // Iterate over a copy: sending a status adds a new interval to the map.
    const due = [...this.#intervals].filter(([, { until }]) => until <= now);
    for (const [user] of due) this.#end(user);
    this.#timer = undefined;
    const [next] = this.#intervals.values();
    if (next === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#endDue();
      },
      Math.max(1, Math.ceil(next.until - now)),
    ).unref();
  }
}
