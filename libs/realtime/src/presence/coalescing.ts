import type { Connection } from '../connections/connection.ts';
import type { Status } from './presence.ts';

/** What the members of a room were last told of a person, and until when they are told nothing more. */
interface Told {
  readonly status: Status;
  /** Monotonic milliseconds. */
  readonly until: number;
  /** Members who joined meanwhile, and what was listed to them instead. */
  listed: Map<Connection, Status> | undefined;
}

export interface CoalescingOptions {
  /** Milliseconds between two changes that are told of one person. */
  readonly everyMs: number;
  /** What a person is now. */
  readonly current: (user: string) => Status;
  /** Tells the members of the room, or those of them that are named. */
  readonly tell: (user: string, status: Status, only?: ReadonlyMap<Connection, Status>) => void;
  /** People whose changes are coalesced at once. Beyond it the change that was told first is followed by the next one early. */
  readonly most: number;
}

/**
 * Limits what the members of one room are told of each person to one change per `everyMs`. The first change is told at once. At the end
 * of the interval the last state is told, unless it is the one that was told before; then only to members who know another one, because
 * they joined meanwhile. One timer serves the whole room.
 */
export class Coalescing {
  readonly #options: CoalescingOptions;
  /** The earliest first: the interval is the same for all. */
  readonly #told = new Map<string, Told>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CoalescingOptions) {
    this.#options = options;
  }

  /** A person has changed to `status`. */
  changed(user: string, status: Status): void {
    if (this.#told.has(user)) return;
    const { most } = this.#options;
    if (this.#told.size >= most) {
      const [first] = this.#told.keys();
      if (first !== undefined) this.#end(first);
    }
    this.#tell(user, status);
  }

  /** The people of whom something was told within the interval. */
  recent(): Iterable<string> {
    return this.#told.keys();
  }

  /** A member who joins is listed a state that the others may not have been told yet. */
  listed(member: Connection, user: string, status: Status): void {
    const told = this.#told.get(user);
    if (told === undefined) return;
    if (told.status !== status) (told.listed ??= new Map<Connection, Status>()).set(member, status);
    else told.listed?.delete(member);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#told.clear();
  }

  #tell(user: string, status: Status, only?: ReadonlyMap<Connection, Status>): void {
    const { everyMs, tell } = this.#options;
    this.#told.set(user, { status, until: performance.now() + everyMs, listed: undefined });
    this.#timer ??= setTimeout(() => {
      this.#endDue();
    }, everyMs).unref();
    tell(user, status, only);
  }

  #end(user: string): void {
    const told = this.#told.get(user);
    this.#told.delete(user);
    const status = this.#options.current(user);
    if (told === undefined) return;
    if (told.status !== status) this.#tell(user, status);
    else if (told.listed !== undefined && told.listed.size > 0) this.#tell(user, status, told.listed);
  }

  #endDue(): void {
    const now = performance.now();
    // A copy: what is told now begins a new interval at the end of the map.
    const due = [...this.#told].filter(([, { until }]) => until <= now);
    for (const [user] of due) this.#end(user);
    this.#timer = undefined;
    const [next] = this.#told.values();
    if (next === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#endDue();
      },
      Math.max(1, Math.ceil(next.until - now)),
    ).unref();
  }
}
