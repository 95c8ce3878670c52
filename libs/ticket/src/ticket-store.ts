/** Who a ticket was issued to, and for which socket endpoint. Nothing secret stands in it. */
export interface TicketClaims {
  readonly user: string;
  readonly session: string;
  /** The endpoint that the ticket opens, e.g. `/api/ws`: a ticket for one is worth nothing at another. */
  readonly endpoint: string;
}

export type IssueResult =
  | {
      readonly ok: true;
      /** 256 random bits, base64url. The only copy: the store keeps its SHA-256. */
      readonly ticket: string;
      /** When it expires, in Unix milliseconds, for people and clients. The store itself does not compare it with a clock. */
      readonly expiresAt: number;
    }
  | { readonly ok: false; readonly reason: 'too_many_tickets'; readonly retryAfterMs: number };

/** Why a ticket was not worth an admission. For logs, metrics and operators; a caller is told `Invalid ticket` and no more. */
export type TicketFault = 'malformed' | 'unknown' | 'used' | 'expired' | 'revoked' | 'early' | 'endpoint';

export type ConsumeResult =
  | { readonly ok: true; readonly claims: TicketClaims }
  /** `claims` where the ticket was once real, so that a replay can be laid to somebody's account. */
  | { readonly ok: false; readonly reason: TicketFault; readonly claims?: TicketClaims };

/**
 * Issues a ticket once and redeems it once.
 *
 * What every form promises:
 * - `consume` is atomic over all nodes that share the store: of any number of simultaneous calls with one ticket exactly one is `ok`.
 * - A ticket is burned by the first `consume` whatever comes of it: early, expired or at the wrong endpoint, it is gone.
 * - A consumed ticket is remembered until it would have expired, so that a replay (`used`) is told from a guess (`unknown`).
 * - The store never holds a ticket, only its SHA-256, and it is bounded.
 * - Any call rejects with `TicketStoreUnavailable` when the store is out of reach; callers fail closed.
 */
export interface TicketStore {
  /**
   * @param startsInMs milliseconds until the ticket's life begins: the wait for its connection slot. Defaults to 0. The ticket expires
   * `ttlMs` after that. Both are measured on the store's own monotonic clock, so a change of the system time neither shortens nor
   * extends the life of a ticket.
   */
  issue(claims: TicketClaims, startsInMs?: number): Promise<IssueResult>;
  consume(ticket: string, endpoint: string): Promise<ConsumeResult>;
  /** Ends every outstanding ticket of a session: they are `revoked` from now on. Resolves to how many. */
  revokeSession(session: string): Promise<number>;
}

/** The store is out of reach: nothing can be said about any ticket. */
export class TicketStoreUnavailable extends Error {
  override readonly name = 'TicketStoreUnavailable';
}
