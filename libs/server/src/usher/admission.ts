import type { ConnectionReservations, Identity, Renewal, Reservation, RevocableSessions } from '@usher/realtime';
import { type TicketClaims, TicketStoreUnavailable } from '@usher/ticket';
import type { Admission, HandshakeRequest, TicketDenial, TicketHolder } from '@usher/ticket/node';
import type { AdmittedUser, Admit } from '../options.ts';

/** Retry delay for clients that are rejected at capacity, in milliseconds. */
export const retryAfterMs = 5_000;

/** A client that passed the gate and whose socket is not open yet. */
export class AdmittedClient {
  readonly reservation: Reservation;
  readonly identity: Identity;
  /** When the lease expires, in Unix seconds. */
  readonly lease: number;

  constructor(reservation: Reservation, identity: Identity, lease: number) {
    this.reservation = reservation;
    this.identity = identity;
    this.lease = lease;
  }
}

export interface ClientAdmissionOptions {
  readonly leaseMs: number;
  readonly admit: Admit;
  /** Whether the ticket call also calls `admit`, because nothing else validates the session there. Defaults to `false`. */
  readonly validateTicketCalls?: boolean;
  readonly reservations: ConnectionReservations;
  /** Returns the text to keep for a user agent, because many connections share one. Defaults to keeping none. */
  readonly keepUserAgent?: (userAgent: string) => string;
}

/** Decides which holders of a valid ticket may connect: their session must be valid, and they may not have too many connections. */
export class ClientAdmission {
  readonly #leaseMs: number;
  readonly #admit: Admit;
  readonly #validatesTicketCalls: boolean;
  readonly #reservations: ConnectionReservations;
  readonly #keepUserAgent: ((userAgent: string) => string) | undefined;

  constructor({ leaseMs, admit, validateTicketCalls = false, reservations, keepUserAgent }: ClientAdmissionOptions) {
    this.#leaseMs = leaseMs;
    this.#admit = admit;
    this.#validatesTicketCalls = validateTicketCalls;
    this.#reservations = reservations;
    this.#keepUserAgent = keepUserAgent;
  }

  /**
   * Checks the limit of connections before a ticket is issued, and the session unless the application does so.
   *
   * @returns the denial, or `undefined` if the user may open another connection
   * @throws TicketStoreUnavailable if that cannot be determined
   */
  async mayConnect(holder: TicketHolder): Promise<TicketDenial | undefined> {
    // Both at once, because each may be a round trip.
    const availability = this.#reservations.isAvailable(holder.user);
    if (this.#validatesTicketCalls) {
      availability.catch(ignore);
      if ((await this.#admit(holder, noRequest)) === undefined) return { code: 'session_ended' };
    }
    const isAvailable = await orUnavailable(availability);
    return isAvailable ? undefined : { code: 'too_many_connections', retryAfterMs };
  }

  /**
   * Reserves a connection and validates the session.
   *
   * @returns an `AdmittedClient`, or why the handshake is rejected
   * @throws TicketStoreUnavailable if the number of connections is unavailable, and every error of the application's `admit`
   */
  async admit(claims: TicketClaims, request: HandshakeRequest): Promise<Admission<AdmittedClient>> {
    const { user, session, receipt } = claims;
    // Both at once, because each may be a round trip. The reservation exists from here on, so a revocation reaches it.
    const reserving = this.#reservations.reserve(user, session);
    reserving.catch(ignore);
    let decision: AdmittedUser | 'forbidden' | undefined;
    try {
      decision = await this.#admit({ user, session }, request);
    } finally {
      if (decision === undefined || decision === 'forbidden') await release(reserving);
    }
    if (decision === undefined) return { ok: false, reason: 'revoked' };
    if (decision === 'forbidden') return { ok: false, reason: 'forbidden' };
    const reservation = await orUnavailable(reserving);
    if (reservation === undefined) return { ok: false, reason: 'too_many_connections', retryAfterMs };
    const { address, origin } = request;
    const userAgent = request.userAgent === undefined ? undefined : this.#keepUserAgent?.(request.userAgent);
    const identity = { user, session, roles: decision.roles ?? [], address, origin, userAgent, receipt };
    return {
      ok: true,
      identity: new AdmittedClient(reservation, identity, this.#leaseOf(decision)),
      release() {
        reservation.release();
      },
    };
  }

  /** Looks up the user of an open connection again. Resolves to `undefined` if the user may not stay connected. */
  async renew({ user, session, address, origin }: Identity): Promise<Renewal | undefined> {
    const decision = await this.#admit({ user, session }, { ...noRequest, address, origin });
    if (decision === undefined || decision === 'forbidden') return undefined;
    return { lease: this.#leaseOf(decision), roles: decision.roles ?? [] };
  }

  /** Returns the end of the lease in Unix seconds. A lease never outlives its session. */
  #leaseOf({ ends = Infinity }: AdmittedUser): number {
    return Math.ceil(Math.min(Date.now() + this.#leaseMs, ends) / 1_000);
  }
}

/** The default of `admit`: admits every user whose session has not ended, without roles. */
export function admitUnlessEnded(sessions: Pick<RevocableSessions, 'causesOfEnd'>): Admit {
  return async ({ user, session }) => {
    const [cause] = await sessions.causesOfEnd([{ user, session }]).catch(rejectUnavailable);
    return cause === undefined ? {} : undefined;
  };
}

const noRequest: HandshakeRequest = {
  address: undefined,
  origin: undefined,
  userAgent: undefined,
  protocol: undefined,
};

function ignore(): void {
  // The error is reported to those who wait for the promise.
}

/** Releases a reservation of a client that may not connect. Never rejects. */
async function release(reserving: Promise<Reservation | undefined>): Promise<void> {
  try {
    (await reserving)?.release();
  } catch {
    // Nothing was reserved.
  }
}

/** Settles like a promise. If that is rejected, the error is `TicketStoreUnavailable`. */
async function orUnavailable<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    return rejectUnavailable(error);
  }
}

/** The client then gets 503 `store_unavailable`, as without a ticket store. */
function rejectUnavailable(error: unknown): never {
  throw new TicketStoreUnavailable('the session or the connections of the user could not be looked up', {
    cause: error,
  });
}
