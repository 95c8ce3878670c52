import type { ProblemCode } from '@usher/protocol';
import type { TicketClaims, TicketFault } from './ticket-store.ts';

/** Who knocks, as far as a request tells. For logs and operators; nothing in it is secret. */
export interface Knock {
  readonly address: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string | undefined;
}

/** How a handshake was judged. */
export interface GateVerdict extends Knock {
  /** `gone`: hung up while being judged. */
  readonly verdict: 'admitted' | 'gone' | ProblemCode;
  /** The true reason of an `invalid_ticket`. */
  readonly fault?: TicketFault | 'several';
  /** Whose ticket it was, where it was ever anybody's. */
  readonly claims?: TicketClaims;
}

/** What the app says of somebody whose ticket is good: looked at this very moment, not when the ticket was issued. */
export type Admission<I> =
  | {
      readonly ok: true;
      /** Handed on to whoever seats them: `gate.admitted`. */
      readonly identity: I;
      /**
       * Called once if nothing comes of the handshake after all: it is refused for another reason, or the socket closes before
       * anybody has asked `gate.admitted` for this identity. From then on it is up to whoever asked.
       */
      readonly release?: () => void;
    }
  /** The session is over, or the user disabled: the ticket is invalid. */
  | { readonly ok: false; readonly reason: 'revoked' }
  | { readonly ok: false; readonly reason: 'too_many_connections'; readonly retryAfterMs?: number };

export interface Unavailable {
  readonly code: 'draining' | 'at_capacity';
  readonly retryAfterMs: number;
}

/** Somebody who was let in. */
export interface Admitted<I> {
  readonly claims: TicketClaims;
  readonly identity: I;
}
