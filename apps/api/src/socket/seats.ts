/** A place kept for somebody whose handshake is under way. */
export interface Seat {
  readonly user: string;
  readonly session: string;
  /** Gives the place back, for the open connection to count in its stead. `false`: the seat is worth nothing any more. */
  occupy(): boolean;
  /** Gives the place back: they will never sit. Doing it again does no harm. */
  release(): void;
}

export interface SeatsOptions {
  /** How many connections a user has open. */
  readonly openOf: (user: string) => number;
  readonly maxPerUser: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/**
 * Keeps the limit of connections of a user when many handshakes run side by side: a seat counts from the moment when it is
 * taken, not when the socket is open. It also closes the gap between looking at a session and opening its socket:
 * `revoke` reaches those in between.
 */
export interface Seats {
  /** How many are taken. */
  readonly size: number;
  /** `undefined` when the user has as many connections as allowed. */
  take(user: string, session: string): Seat | undefined;
  /** Whether a user may have one more. */
  free(user: string): boolean;
  /** The session is over: its seats are worth nothing. */
  revoke(session: string): void;
}

/** A handshake that got no further in this time is dead; a seat is never lost for longer. */
const seatLifeMs = 10_000;

class TakenSeat implements Seat {
  readonly user: string;
  readonly session: string;
  readonly takenAt: number;
  readonly #taken: Set<TakenSeat>;

  constructor(user: string, session: string, takenAt: number, taken: Set<TakenSeat>) {
    this.user = user;
    this.session = session;
    this.takenAt = takenAt;
    this.#taken = taken;
    taken.add(this);
  }

  occupy(): boolean {
    return this.#taken.delete(this);
  }

  release(): void {
    this.#taken.delete(this);
  }
}

export function createSeats({ openOf, maxPerUser, now = () => performance.now() }: SeatsOptions): Seats {
  // In the order of their taking. Few: only handshakes that are between the ticket and the open socket.
  const taken = new Set<TakenSeat>();

  function forgetDead(): void {
    const at = now();
    for (const seat of taken) {
      if (at - seat.takenAt < seatLifeMs) return;
      taken.delete(seat);
    }
  }

  function free(user: string): boolean {
    forgetDead();
    let pending = 0;
    for (const seat of taken) if (seat.user === user) pending++;
    return openOf(user) + pending < maxPerUser;
  }

  return {
    get size() {
      forgetDead();
      return taken.size;
    },
    free,
    take: (user, session) => (free(user) ? new TakenSeat(user, session, now(), taken) : undefined),
    revoke(session) {
      for (const seat of taken) if (seat.session === session) seat.release();
    },
  };
}
