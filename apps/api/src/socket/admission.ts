import type { ConnectionReservations, Identity, Reservation } from '@usher/realtime';
import { type TicketClaims, TicketStoreUnavailable } from '@usher/ticket';
import type { Admission, HandshakeRequest, TicketDenial, TicketHolder } from '@usher/ticket/node';
import type { SessionStatus } from '../auth/session-status.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Config } from '../config/config.ts';
import { isStoreUnavailable } from '../http/errors.ts';

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
  readonly config: Pick<Config, 'leaseSeconds'>;
  readonly sessions: Sessions;
  readonly reservations: ConnectionReservations;
  /** Whether a user with these roles may use a subprotocol. */
  readonly mayUse: (protocol: string, roles: readonly string[]) => boolean;
  /** Returns the text to keep for a user agent, because many connections share one. */
  readonly shareText: (userAgent: string) => string;
}

/** Decides which holders of a valid ticket may connect: their session must be valid, and they may not have too many connections. */
export class ClientAdmission {
  readonly #config: Pick<Config, 'leaseSeconds'>;
  readonly #sessions: Sessions;
  readonly #reservations: ConnectionReservations;
  readonly #mayUse: ClientAdmissionOptions['mayUse'];
  readonly #shareText: ClientAdmissionOptions['shareText'];

  constructor({ config, sessions, reservations, mayUse, shareText }: ClientAdmissionOptions) {
    this.#mayUse = mayUse;
    this.#shareText = shareText;
    this.#config = config;
    this.#sessions = sessions;
    this.#reservations = reservations;
  }

  /**
   * Checks the limit of connections before a ticket is issued.
   *
   * @returns the denial, or `undefined` if the user may open another connection
   * @throws {TicketStoreUnavailable} if the connections of the user could not be counted
   */
  async mayConnect({ user }: TicketHolder): Promise<TicketDenial | undefined> {
    const available = await this.#reservations.isAvailable(user).catch(rejectUncounted);
    return available ? undefined : { code: 'too_many_connections', retryAfterMs };
  }

  /**
   * Reserves a connection and validates the session.
   *
   * @returns an `AdmittedClient`, or why the handshake is rejected
   * @throws {TicketStoreUnavailable} if the database or the number of connections is unavailable
   */
  async admit(
    { user, session, receipt }: TicketClaims,
    { address, origin, userAgent, protocol }: HandshakeRequest,
  ): Promise<Admission<AdmittedClient>> {
    // Both at once, because each may be a round trip. The reservation exists from here on, so a revocation reaches it.
    const [reserved, validated] = await Promise.allSettled([
      this.#reservations.reserve(user, session).catch(rejectUncounted),
      this.#sessions.validate(session, user),
    ]);
    const reservation = reserved.status === 'fulfilled' ? reserved.value : undefined;
    const release = (): void => {
      reservation?.release();
    };
    if (reservation !== undefined && validated.status === 'fulfilled' && validated.value.state === 'good') {
      const { roles } = validated.value;
      const lease = this.leaseOf(validated.value);
      if (protocol !== undefined && !this.#mayUse(protocol, roles)) {
        release();
        return { ok: false, reason: 'forbidden' };
      }
      const browser = userAgent === undefined ? undefined : this.#shareText(userAgent);
      const identity = { user, session, roles, address, origin, userAgent: browser, receipt };
      return { ok: true, identity: new AdmittedClient(reservation, identity, lease), release };
    }
    release();
    if (validated.status === 'rejected') return rejectUnavailable(validated.reason);
    if (validated.value.state !== 'good') return { ok: false, reason: 'revoked' };
    if (reserved.status === 'rejected') return rejectUnavailable(reserved.reason);
    return { ok: false, reason: 'too_many_connections', retryAfterMs };
  }

  /** Returns the end of the lease in Unix seconds. A lease never outlives its session. */
  leaseOf({ ends }: Extract<SessionStatus, { state: 'good' }>): number {
    return Math.ceil(Math.min(Date.now() + this.#config.leaseSeconds * 1_000, ends) / 1_000);
  }
}

/** Without the number of connections, the client is answered like without the tickets: 503 `store_unavailable`. */
function rejectUncounted(error: unknown): never {
  throw new TicketStoreUnavailable('the connections of the user could not be counted', { cause: error });
}

/** Throws the error, as an unavailable store if the database is unavailable: then the client receives 503 instead of 500. */
export function rejectUnavailable(error: unknown): never {
  if (isStoreUnavailable(error)) throw new TicketStoreUnavailable('the database is unavailable', { cause: error });
  throw error;
}
