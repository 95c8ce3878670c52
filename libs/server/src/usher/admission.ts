import type { ConnectionReservations, Identity, Reservation, RevocableSessions } from '@usher/realtime';
import { TicketStoreUnavailable } from '@usher/ticket';
import type { Admission, HandshakeInfo, TicketDenial, TicketHolder } from '@usher/ticket/node';
import type { AdmittedUser, UsherOptions } from '../options.ts';

/** Retry delay for clients that are rejected at capacity, in milliseconds. */
export const retryAfterMs = 5_000;

/** A client that passed the gate and whose socket is not open yet. */
export class AdmittedClient {
  readonly reservation: Reservation;
  readonly identity: Identity;
  /** When the lease ends, in Unix seconds. */
  readonly lease: number;

  constructor(reservation: Reservation, identity: Identity, lease: number) {
    this.reservation = reservation;
    this.identity = identity;
    this.lease = lease;
  }
}

export interface ClientAdmissionOptions {
  readonly leaseMs: number;
  readonly admit: UsherOptions['admit'];
  readonly sessions: RevocableSessions;
  readonly reservations: ConnectionReservations;
}

/** Decides which holders of a valid ticket may connect: their session must be valid, and they may not have too many connections. */
export class ClientAdmission {
  readonly #leaseMs: number;
  readonly #find: (holder: TicketHolder, info: HandshakeInfo) => Promise<AdmittedUser | undefined>;
  readonly #validatesTicketCalls: boolean;
  readonly #reservations: ConnectionReservations;

  constructor({ leaseMs, admit, sessions, reservations }: ClientAdmissionOptions) {
    this.#leaseMs = leaseMs;
    this.#reservations = reservations;
    this.#validatesTicketCalls = admit === undefined;
    this.#find =
      admit === undefined
        ? async ({ user, session }) => {
            const [cause] = await sessions.causesOfEnd([{ user, session }]).catch(rejectUnavailable);
            return cause === undefined ? {} : undefined;
          }
        : async (holder, info) => admit(holder, info);
  }

  /**
   * Checks the limit of connections before a ticket is issued, and the session unless the application does so.
   *
   * @returns the denial, or `undefined` if the user may open another connection
   * @throws TicketStoreUnavailable if that cannot be determined
   */
  async mayConnect(holder: TicketHolder): Promise<TicketDenial | undefined> {
    if (this.#validatesTicketCalls && (await this.#find(holder, noInfo)) === undefined)
      return { code: 'session_ended' };
    const available = await this.#reservations.isAvailable(holder.user).catch(rejectUnavailable);
    return available ? undefined : { code: 'too_many_connections', retryAfterMs };
  }

  /**
   * Reserves a connection and validates the session.
   *
   * @returns an `AdmittedClient`, or why the handshake is rejected
   * @throws TicketStoreUnavailable if the number of connections is unavailable, and every error of the application's `admit`
   */
  async admit({ user, session }: TicketHolder, info: HandshakeInfo): Promise<Admission<AdmittedClient>> {
    // Both at once, because each may be a round trip. The reservation exists from here on, so a revocation reaches it.
    const [reserved, found] = await Promise.allSettled([
      this.#reservations.reserve(user, session).catch(rejectUnavailable),
      this.#find({ user, session }, info),
    ]);
    const reservation = reserved.status === 'fulfilled' ? reserved.value : undefined;
    const release = (): void => {
      reservation?.release();
    };
    if (reservation !== undefined && found.status === 'fulfilled' && found.value !== undefined) {
      const { address, origin } = info;
      const identity = { user, session, roles: found.value.roles ?? [], address, origin };
      return { ok: true, identity: new AdmittedClient(reservation, identity, this.leaseOf(found.value)), release };
    }
    release();
    if (found.status === 'rejected') throw found.reason;
    if (found.value === undefined) return { ok: false, reason: 'revoked' };
    if (reserved.status === 'rejected') throw reserved.reason;
    return { ok: false, reason: 'too_many_connections', retryAfterMs };
  }

  /** Looks up the user of an open connection again. Resolves to `undefined` if the session has ended. */
  async renew({ user, session, address, origin }: Identity) {
    const found = await this.#find({ user, session }, { address, origin, userAgent: undefined });
    return found === undefined ? undefined : { lease: this.leaseOf(found), roles: found.roles ?? [] };
  }

  /** Returns the end of the lease in Unix seconds. A lease never outlives its session. */
  leaseOf({ ends = Infinity }: AdmittedUser): number {
    return Math.ceil(Math.min(Date.now() + this.#leaseMs, ends) / 1_000);
  }
}

const noInfo: HandshakeInfo = { address: undefined, origin: undefined, userAgent: undefined };

/** Then the client is answered like without the tickets: 503 `store_unavailable`. */
function rejectUnavailable(error: unknown): never {
  throw new TicketStoreUnavailable('the session or the connections of the user could not be looked up', {
    cause: error,
  });
}
