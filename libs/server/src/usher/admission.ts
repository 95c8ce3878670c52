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
    const [decided, available] = await Promise.allSettled([
      this.#validatesTicketCalls ? (async () => this.#admit(holder, noRequest))() : 'not validated',
      this.#reservations.isAvailable(holder.user).catch(rejectUnavailable),
    ]);
    if (decided.status === 'rejected') throw decided.reason;
    if (decided.value === undefined) return { code: 'session_ended' };
    if (available.status === 'rejected') throw available.reason;
    return available.value ? undefined : { code: 'too_many_connections', retryAfterMs };
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
    const [reserved, decided] = await Promise.allSettled([
      this.#reservations.reserve(user, session).catch(rejectUnavailable),
      // As a promise, even if it throws.
      (async () => this.#admit({ user, session }, request))(),
    ]);
    const reservation = reserved.status === 'fulfilled' ? reserved.value : undefined;
    const release = (): void => {
      reservation?.release();
    };
    const decision = decided.status === 'fulfilled' ? decided.value : undefined;
    if (reservation !== undefined && decision !== undefined && decision !== 'forbidden') {
      const { address, origin } = request;
      const userAgent = request.userAgent === undefined ? undefined : this.#keepUserAgent?.(request.userAgent);
      const identity = { user, session, roles: decision.roles ?? [], address, origin, userAgent, receipt };
      return { ok: true, identity: new AdmittedClient(reservation, identity, this.#leaseOf(decision)), release };
    }
    release();
    if (decided.status === 'rejected') throw decided.reason;
    if (decision === undefined) return { ok: false, reason: 'revoked' };
    if (decision === 'forbidden') return { ok: false, reason: 'forbidden' };
    if (reserved.status === 'rejected') throw reserved.reason;
    return { ok: false, reason: 'too_many_connections', retryAfterMs };
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

/** The client then gets 503 `store_unavailable`, as without a ticket store. */
function rejectUnavailable(error: unknown): never {
  throw new TicketStoreUnavailable('the session or the connections of the user could not be looked up', {
    cause: error,
  });
}
