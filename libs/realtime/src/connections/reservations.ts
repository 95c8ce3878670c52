import type { Protocol } from '@usher/protocol';
import { storeTimeoutMs, withDeadline } from '../support/deadline.ts';
import { type ConnectionCounts, createMemoryConnectionCounts } from './connection-counts.ts';
import type { Connections } from './connections-types.ts';

/** A connection counted toward the limit of its user before its socket is open. */
export interface Reservation {
  readonly user: string;
  readonly session: string;
  /**
   * Ends the reservation because the socket is about to open: open the connection in the same turn of the event loop. Returns `false` if
   * the reservation has ended: its session was revoked (`isRevoked`), it has timed out, or this node may have missed a revocation.
   */
  claim(): boolean;
  /** Whether the session was revoked: the client must sign in again. Otherwise it may connect again. */
  readonly isRevoked: boolean;
  /** Ends the reservation because the handshake failed. Idempotent. */
  release(): void;
}

export interface ReservationsOptions {
  /** The open connections of this node. They count until they are closed. */
  readonly connections: Pick<Connections<Protocol>, 'count' | 'onClosed' | 'onOpened'>;
  /** Maximum number of connections of a user on all nodes. */
  readonly maxPerUser: number;
  /** The connections on all nodes. Defaults to those of this node. */
  readonly counts?: ConnectionCounts;
  /** How long a call of `counts` may take, in milliseconds. Defaults to 2,000. */
  readonly storeTimeoutMs?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/** A handshake that takes longer is considered dead, so that its reservation is not lost. */
const timeoutMs = 10_000;

/** Returns `false` if the reservation has already ended. */
type EndReservation = (reservation: PendingReservation, outcome: 'claimed' | 'released') => boolean;

class PendingReservation implements Reservation {
  readonly user: string;
  readonly session: string;
  readonly reservedAt: number;
  isRevoked = false;
  readonly #end: EndReservation;

  constructor(user: string, session: string, reservedAt: number, end: EndReservation) {
    this.user = user;
    this.session = session;
    this.reservedAt = reservedAt;
    this.#end = end;
  }

  claim(): boolean {
    return this.#end(this, 'claimed');
  }

  release(): void {
    this.#end(this, 'released');
  }
}

/**
 * Enforces the limit of connections per user, over all nodes and across parallel handshakes: a connection counts from its reservation, not
 * only when its socket is open. Reservations also close the gap between the validation of a session and the open socket, because `revoke`
 * reaches the handshakes in between.
 */
export class ConnectionReservations {
  readonly #connections: ReservationsOptions['connections'];
  readonly #maxPerUser: number;
  readonly #counts: ConnectionCounts;
  readonly #storeTimeoutMs: number;
  readonly #now: () => number;
  /** Oldest first. Few, because each lasts only from the ticket to the open socket. */
  readonly #pending = new Set<PendingReservation>();
  /** The number of reservations by user. */
  readonly #pendingByUser = new Map<string, number>();
  readonly #stopListening: readonly (() => void)[];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReservationsOptions) {
    const { connections, maxPerUser, counts = createMemoryConnectionCounts() } = options;
    this.#connections = connections;
    this.#maxPerUser = maxPerUser;
    this.#counts = counts;
    this.#storeTimeoutMs = options.storeTimeoutMs ?? storeTimeoutMs;
    this.#now = options.now ?? (() => performance.now());
    const report = ({ identity }: { readonly identity: { readonly user: string } }): void => {
      this.#report(identity.user);
    };
    this.#stopListening = [connections.onOpened(report), connections.onClosed(report)];
  }

  /** The number of reservations of this node. */
  get size(): number {
    this.#dropTimedOut();
    return this.#pending.size;
  }

  /** Resolves to whether a user may open one more connection. Rejects if `counts` is unavailable. */
  isAvailable(user: string): Promise<boolean> {
    this.#dropTimedOut();
    return this.#ask('counts.isAvailable', () => this.#counts.isAvailable(user, this.#own(user) + 1, this.#maxPerUser));
  }

  /** Resolves to `undefined` when the user has reached the limit. Rejects if `counts` is unavailable. */
  async reserve(user: string, session: string): Promise<Reservation | undefined> {
    this.#dropTimedOut();
    // Exists before the reply, so that `revoke` reaches it.
    const reservation = this.#add(user, session);
    let accepted = false;
    try {
      accepted = await this.#ask('counts.reserve', () => this.#counts.reserve(user, this.#own(user), this.#maxPerUser));
    } finally {
      if (!accepted) reservation.release();
    }
    return accepted ? reservation : undefined;
  }

  /** Invalidates the reservations of a revoked session. */
  revoke(session: string): void {
    for (const reservation of this.#pending) {
      if (reservation.session !== session) continue;
      reservation.isRevoked = true;
      reservation.release();
    }
  }

  /** Invalidates all reservations, because this node may have missed the revocation of their sessions. */
  invalidateAll(): void {
    for (const reservation of this.#pending) reservation.release();
  }

  /** Stops counting, at the end of the process. Does not close `counts`. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stopListening) stop();
  }

  #ask<T>(name: string, call: () => T | Promise<T>): Promise<T> {
    return withDeadline(name, call, this.#storeTimeoutMs);
  }

  #add(user: string, session: string): PendingReservation {
    const reservation = new PendingReservation(user, session, this.#now(), (ended, outcome) => {
      if (!this.#pending.delete(ended)) return false;
      this.#countPending(ended.user, -1);
      // A claimed reservation counts as an open connection from now on.
      if (outcome === 'released') this.#report(ended.user);
      return true;
    });
    this.#pending.add(reservation);
    this.#countPending(user, 1);
    this.#startTimer();
    return reservation;
  }

  /** Also drops dead handshakes while no other handshake arrives, because they count on all nodes. */
  #startTimer(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#dropTimedOut();
      if (this.#pending.size > 0) this.#startTimer();
    }, timeoutMs).unref();
  }

  /** The connections and reservations of a user on this node. */
  #own(user: string): number {
    return this.#connections.count({ user }) + (this.#pendingByUser.get(user) ?? 0);
  }

  #countPending(user: string, change: 1 | -1): void {
    const count = (this.#pendingByUser.get(user) ?? 0) + change;
    if (count === 0) this.#pendingByUser.delete(user);
    else this.#pendingByUser.set(user, count);
  }

  #report(user: string): void {
    this.#counts.set(user, this.#own(user));
  }

  #dropTimedOut(): void {
    const at = this.#now();
    for (const reservation of this.#pending) {
      if (at - reservation.reservedAt < timeoutMs) return;
      reservation.release();
    }
  }
}
