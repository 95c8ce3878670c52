/** The user, session and endpoint that a ticket was issued for. Contains no secrets. */
export interface TicketClaims {
  readonly user: string;
  readonly session: string;
  /** The only endpoint that accepts the ticket, e.g. `/api/ws`. */
  readonly endpoint: string;
  /** Identifies the ticket call for users and operators, see `newReceipt`. Not a secret. */
  readonly receipt?: string;
  /** The `traceparent` of a traced ticket call: 55 characters. The trace of the handshake continues from it. */
  readonly traceparent?: string;
}

export type IssueResult =
  | {
      readonly ok: true;
      /** 256 random bits in base64url. The store keeps only the SHA-256 of the ticket. */
      readonly ticket: string;
      /** The expiry in Unix milliseconds, for display and clients. The store does not compare it with a clock. */
      readonly expiresAt: number;
    }
  | { readonly ok: false; readonly reason: 'too_many_tickets'; readonly retryAfterMs: number };

/** Why a ticket was rejected, for logs, metrics and operators. The client only receives `Invalid ticket`. */
export type TicketRejectionReason = 'malformed' | 'unknown' | 'used' | 'expired' | 'revoked' | 'early' | 'endpoint';

export type ConsumeResult =
  | { readonly ok: true; readonly claims: TicketClaims }
  /** `claims` is present if the store knows the ticket, so that a replay can be attributed to a user. */
  | { readonly ok: false; readonly reason: TicketRejectionReason; readonly claims?: TicketClaims };

/** The last, optional argument of each call of the port. */
export interface CallOptions {
  /**
   * Abandons the call. A command that was already sent cannot be recalled: an aborted `consume` may still invalidate its ticket.
   * An implementation need not check the signal after it has sent a command, because `TicketStoreBreaker` does.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Issues and consumes single-use tickets.
 *
 * Every implementation guarantees:
 * - `consume` is atomic across all nodes that share the store. Of any number of concurrent calls with one ticket, exactly one is `ok`.
 * - The first `consume` invalidates the ticket, even if it fails because the ticket is early, expired or for another endpoint.
 * - The store keeps a consumed ticket until its expiry, so that a replay (`used`) is distinguished from a guess (`unknown`).
 * - The store keeps only the SHA-256 of a ticket, and its size is bounded.
 * - Calls reject with `TicketStoreUnavailable` if the store is unavailable. Callers must then reject the request.
 * - A call whose signal is already aborted rejects with the reason of the signal and has no effect.
 *
 * `TicketStoreBreaker` adds a time limit to each call. The Fastify plugin applies it to every store.
 */
export interface TicketStore {
  /**
   * @param startsInMs milliseconds until the ticket becomes valid, which is the wait for its connection slot. Defaults to 0. The ticket
   * expires `ttlMs` after that. Both are measured on the store's own monotonic clock, so a change of the system time neither shortens nor
   * extends the lifetime of a ticket.
   */
  issue(claims: TicketClaims, startsInMs?: number, options?: CallOptions): Promise<IssueResult>;
  /** Validates a ticket and invalidates it, in one atomic step. */
  consume(ticket: string, endpoint: string, options?: CallOptions): Promise<ConsumeResult>;
  /** Revokes the outstanding tickets of a session. Resolves to their number. */
  revokeSession(session: string, options?: CallOptions): Promise<number>;
  /** Resolves if the store responds. With it, `TicketStoreBreaker` needs no call of a client to find out whether an outage has ended. */
  ping?(options?: CallOptions): Promise<void>;
}

/** The store is unavailable, so tickets can be neither issued nor consumed. */
export class TicketStoreUnavailable extends Error {
  override readonly name = 'TicketStoreUnavailable';
}
