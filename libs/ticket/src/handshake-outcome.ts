import type { ProblemCode } from '@usher/protocol';
import type { TicketClaims, TicketRejectionReason } from './ticket-store.ts';

/** Where a handshake comes from, for logs and operators. Contains no secrets. */
export interface HandshakeInfo {
  readonly address: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string | undefined;
}

/**
 * Why an access token in the URL was rejected, see `AcceptTokens`. `invalid_token`: `verify` did not accept it. `tokens_closed`: the
 * migration is over.
 */
export type TokenRejectionReason = 'invalid_token' | 'tokens_closed';

/** A handshake with a valid ticket, as the app sees it when it decides on it. */
export interface HandshakeRequest extends HandshakeInfo {
  /**
   * The selected subprotocol. `undefined` if the client offers none that the server supports: the gate rejects the handshake, whatever the
   * app decides.
   */
  readonly protocol: string | undefined;
}

/** The outcome of a handshake. */
export interface HandshakeOutcome extends HandshakeInfo {
  /** `gone`: the client closed the connection before the gate responded. */
  readonly outcome: 'admitted' | 'gone' | ProblemCode;
  /** The rejection reason behind an `invalid_ticket`, or `tokens_closed` behind a `missing_ticket`. */
  readonly reason?: TicketRejectionReason | 'several' | TokenRejectionReason;
  /** What the client presented. Absent if the handshake was rejected before that was checked. */
  readonly credential?: 'ticket' | 'token';
  /** The claims of the ticket, if the store knew it. */
  readonly claims?: TicketClaims;
  /** From the upgrade request to this outcome, in milliseconds. */
  readonly ms: number;
}

/** Whether the app admits the holder of a valid ticket. Decided during the handshake, not when the ticket was issued. */
export type Admission<I> =
  | {
      readonly ok: true;
      /** Returned by `gate.admitted`. */
      readonly identity: I;
      /**
       * Called once if the connection does not open: the handshake is rejected for another reason, or the socket closes before
       * `gate.admitted` is called for the request. After that call, the caller of `gate.admitted` is responsible for the release.
       */
      readonly release?: () => void;
    }
  /** The session has ended or the user is disabled. The client receives `invalid_ticket`. */
  | { readonly ok: false; readonly reason: 'revoked' }
  /** The user may not use the selected subprotocol. The client receives 403 `forbidden`. */
  | { readonly ok: false; readonly reason: 'forbidden' }
  | { readonly ok: false; readonly reason: 'too_many_connections'; readonly retryAfterMs?: number };

/** Why the server accepts no handshakes at the moment. */
export interface Unavailable {
  readonly code: 'draining' | 'at_capacity';
  readonly retryAfterMs: number;
}

/** An admitted client. */
export interface AdmittedClient<I> {
  /** The selected subprotocol. */
  readonly protocol: string;
  readonly claims: TicketClaims;
  readonly identity: I;
}
