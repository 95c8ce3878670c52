export interface ConnectSlotsOptions {
  /** Connections that may begin per second on all nodes together; 0 disables the limit. */
  readonly connectsPerSecond: number;
  /**
   * Returns the number of live nodes, each of which assigns an equal share of the slots. Called for each slot. Defaults to one node.
   * Clients must be distributed evenly over the nodes; otherwise they wait longer than necessary.
   */
  readonly nodes?: () => number;
  /** Longest wait in milliseconds. Above it, `assign` returns `at_capacity`. Defaults to 60,000. */
  readonly maxWaitMs?: number;
  /**
   * Maximum number of unused slots per user while there is a queue. A user who holds that many and would have to wait receives
   * `too_many_tickets`. Defaults to 20.
   */
  readonly maxPerUser?: number;
  /** How long an unused slot counts toward the limit, in milliseconds from its start. Use the ticket lifetime. Defaults to 30,000. */
  readonly holdMs?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`: a change of the system time must not move the queue. */
  readonly now?: () => number;
}

/** The user and session that a slot is taken for. */
export interface SlotHolder {
  readonly user: string;
  readonly session: string;
}

/** An assigned slot. Can be returned with `returnSlot`. */
export interface AssignedSlot extends SlotHolder {
  /** The slot's position in the queue, in monotonic milliseconds. */
  readonly at: number;
  /** The position of the slot that was next in the queue then. */
  readonly endsAt: number;
  /** When the client may connect, in monotonic milliseconds: up to one second (the burst) before `at`. */
  readonly connectAt: number;
  /** When the slot no longer counts toward its user's limit, in monotonic milliseconds. */
  readonly expiresAt: number;
}

export type SlotResult =
  /** `slot` is `undefined` if there is no limit. */
  | { readonly ok: true; readonly connectAfterMs: number; readonly slot?: AssignedSlot }
  | {
      readonly ok: false;
      /** `at_capacity`: the queue is too long. `too_many_tickets`: the user holds the maximum number of unused slots. */
      readonly reason: 'at_capacity' | 'too_many_tickets';
      readonly retryAfterMs: number;
    };

/** A ticket may be used this long before its slot, so a slot is reassigned only while its start is further away. */
const earlyToleranceMs = 1_000;

/**
 * Assigns times at which clients may connect, so that simultaneous reconnects are spread over time. Clients cannot coordinate this
 * themselves. The algorithm is a leaky bucket as a queue (GCRA in the terms of ITU-T I.371). Up to one second's worth of connections
 * may start at the same time, so clients do not wait below the configured rate.
 *
 * While there is a queue, a user holds at most `maxPerUser` unused slots, over all sessions. A slot stops counting when its ticket is
 * used (`markUsed`), expires or is revoked (`revokeSession`). A slot that is given back before its start is assigned to the next client.
 */
export class ConnectSlots {
  /** Between the slots of all nodes. */
  readonly #intervalMs: number;
  readonly #nodes: () => number;
  readonly #maxWaitMs: number;
  readonly #maxPerUser: number;
  readonly #holdMs: number;
  readonly #now: () => number;
  /** The end of the queue: the next slot, if none in `#free` comes earlier. */
  #next = 0;
  /** Slots that were given back before their start, the earliest first. Never more than slots that were taken. */
  #free: number[] = [];
  readonly #byUser = new Map<string, Set<AssignedSlot>>();
  readonly #bySession = new Map<string, Set<AssignedSlot>>();
  #sweeper: Iterator<[string, Set<AssignedSlot>]> | undefined;

  /** @throws RangeError naming the option that is out of range. */
  constructor(options: ConnectSlotsOptions) {
    const { connectsPerSecond, maxWaitMs = 60_000, maxPerUser = 20, holdMs = 30_000 } = options;
    for (const [name, value] of Object.entries({ connectsPerSecond, maxWaitMs, holdMs })) {
      if (!(Number.isFinite(value) && value >= 0)) throw new RangeError(`${name} must be a number, 0 or more`);
    }
    if (!(Number.isSafeInteger(maxPerUser) && maxPerUser > 0)) {
      throw new RangeError('maxPerUser must be a positive integer');
    }
    this.#intervalMs = connectsPerSecond === 0 ? 0 : 1_000 / connectsPerSecond;
    this.#nodes = options.nodes ?? (() => 1);
    this.#maxWaitMs = maxWaitMs;
    this.#maxPerUser = maxPerUser;
    this.#holdMs = holdMs;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Takes the earliest free slot for a user. */
  assign(holder: SlotHolder): SlotResult {
    if (this.#intervalMs === 0) return { ok: true, connectAfterMs: 0 };
    const now = this.#now();
    this.#sweep(now);
    while (this.#free[0] !== undefined && this.#free[0] < now) this.#free.shift();
    const [free] = this.#free;
    const at = free ?? Math.max(this.#next, now);
    const intervalMs = this.#intervalMs * Math.max(1, this.#nodes());
    const burstMs = Math.max(0, 1_000 - intervalMs);
    const connectAfterMs = Math.max(0, Math.ceil(at - burstMs - now));
    if (connectAfterMs > 0) {
      const held = this.#heldBy(holder.user, now);
      if (held.count >= this.#maxPerUser) {
        const retryAfterMs = Math.ceil(Math.min(connectAfterMs, held.firstExpiry - now));
        return { ok: false, reason: 'too_many_tickets', retryAfterMs: Math.max(1, retryAfterMs) };
      }
    }
    if (connectAfterMs > this.#maxWaitMs) return { ok: false, reason: 'at_capacity', retryAfterMs: connectAfterMs };
    if (free === undefined) this.#next = at + intervalMs;
    else this.#free.shift();
    const { user, session } = holder;
    const connectAt = now + connectAfterMs;
    const slot: AssignedSlot = {
      user,
      session,
      at,
      endsAt: at + intervalMs,
      connectAt,
      expiresAt: connectAt + this.#holdMs,
    };
    add(this.#byUser, user, slot);
    add(this.#bySession, session, slot);
    return { ok: true, connectAfterMs, slot };
  }

  /** Returns a slot whose ticket was not issued. The next client receives it. */
  returnSlot(slot: AssignedSlot): void {
    if (this.#forget(slot)) this.#reassign(slot);
  }

  /** Call it when a ticket of the session was used. The session's earliest slot no longer counts toward the user's limit. */
  markUsed({ session }: Pick<SlotHolder, 'session'>): void {
    const [slot] = this.#bySession.get(session) ?? [];
    if (slot !== undefined) this.#forget(slot);
  }

  /** Call it when the tickets of the session were revoked. Its future slots are assigned to the next clients. */
  revokeSession(session: string): void {
    const earliestReassigned = this.#now() + earlyToleranceMs;
    // The latest first, so that the queue becomes shorter where possible.
    for (const slot of [...(this.#bySession.get(session) ?? [])].reverse()) {
      this.#forget(slot);
      if (slot.connectAt > earliestReassigned) this.#reassign(slot);
    }
  }

  #reassign({ at, endsAt }: AssignedSlot): void {
    if (endsAt === this.#next) {
      this.#next = at;
      return;
    }
    const index = this.#free.findIndex((free) => free > at);
    this.#free.splice(index === -1 ? this.#free.length : index, 0, at);
  }

  /** Returns `false` if the slot no longer counted toward the limit. */
  #forget(slot: AssignedSlot): boolean {
    remove(this.#bySession, slot.session, slot);
    return remove(this.#byUser, slot.user, slot);
  }

  #heldBy(user: string, now: number): { readonly count: number; readonly firstExpiry: number } {
    let count = 0;
    let firstExpiry = Infinity;
    for (const slot of this.#byUser.get(user) ?? []) {
      if (slot.expiresAt <= now) {
        this.#forget(slot);
        continue;
      }
      count++;
      firstExpiry = Math.min(firstExpiry, slot.expiresAt);
    }
    return { count, firstExpiry };
  }

  /** Removes expired slots of users who do not return. Visits more users per call than a call can add. */
  #sweep(now: number): void {
    this.#sweeper ??= this.#byUser.entries();
    for (let n = 0; n < 4; n += 1) {
      const next = this.#sweeper.next();
      if (next.done === true) {
        this.#sweeper = undefined;
        return;
      }
      this.#heldBy(next.value[0], now);
    }
  }
}

function add(map: Map<string, Set<AssignedSlot>>, key: string, slot: AssignedSlot): void {
  const slots = map.get(key);
  if (slots === undefined) map.set(key, new Set([slot]));
  else slots.add(slot);
}

function remove(map: Map<string, Set<AssignedSlot>>, key: string, slot: AssignedSlot): boolean {
  const slots = map.get(key);
  if (slots?.delete(slot) !== true) return false;
  if (slots.size === 0) map.delete(key);
  return true;
}
