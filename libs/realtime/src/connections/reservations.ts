/** A connection counted toward the limit of its user before its socket is open. */
export interface Reservation {
  readonly user: string;
  readonly session: string;
  /** Ends the reservation because the socket is about to open. Returns `false` if the reservation was revoked or has timed out. */
  claim(): boolean;
  /** Ends the reservation because the handshake failed. Idempotent. */
  release(): void;
}

export interface ReservationsOptions {
  /** The number of open connections of a user. */
  readonly openOf: (user: string) => number;
  readonly maxPerUser: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/** A handshake that takes longer is considered dead, so that its reservation is not lost. */
const timeoutMs = 10_000;

class PendingReservation implements Reservation {
  readonly user: string;
  readonly session: string;
  readonly reservedAt: number;
  readonly #pending: Set<PendingReservation>;

  constructor(user: string, session: string, reservedAt: number, pending: Set<PendingReservation>) {
    this.user = user;
    this.session = session;
    this.reservedAt = reservedAt;
    this.#pending = pending;
    pending.add(this);
  }

  claim(): boolean {
    return this.#pending.delete(this);
  }

  release(): void {
    this.#pending.delete(this);
  }
}

/**
 * Enforces the limit of connections per user across parallel handshakes: a connection counts from its reservation, not only when its
 * socket is open. Reservations also close the gap between the validation of a session and the open socket, because `revoke` reaches
 * the handshakes in between.
 */
export class ConnectionReservations {
  readonly #openOf: (user: string) => number;
  readonly #maxPerUser: number;
  readonly #now: () => number;
  /** Oldest first. Few, because each lasts only from the ticket to the open socket. */
  readonly #pending = new Set<PendingReservation>();

  constructor({ openOf, maxPerUser, now = () => performance.now() }: ReservationsOptions) {
    this.#openOf = openOf;
    this.#maxPerUser = maxPerUser;
    this.#now = now;
  }

  get size(): number {
    this.#dropTimedOut();
    return this.#pending.size;
  }

  /** Whether a user may open one more connection. */
  isAvailable(user: string): boolean {
    this.#dropTimedOut();
    let pending = 0;
    for (const reservation of this.#pending) if (reservation.user === user) pending++;
    return this.#openOf(user) + pending < this.#maxPerUser;
  }

  /** Returns `undefined` when the user has reached the limit. */
  reserve(user: string, session: string): Reservation | undefined {
    return this.isAvailable(user) ? new PendingReservation(user, session, this.#now(), this.#pending) : undefined;
  }

  /** Invalidates the reservations of a revoked session. */
  revoke(session: string): void {
    for (const reservation of this.#pending) if (reservation.session === session) reservation.release();
  }

  #dropTimedOut(): void {
    const at = this.#now();
    for (const reservation of this.#pending) {
      if (at - reservation.reservedAt < timeoutMs) return;
      this.#pending.delete(reservation);
    }
  }
}
