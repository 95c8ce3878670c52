import type { ProblemCode } from '@usher/protocol';

/**
 * Where the connection is:
 * `idle` (before `connect()`, and after it while no one is signed in) → `ticket` (asking for one) → `waiting` (for the slot that the server gave)
 * → `connecting` (dialled, not welcomed yet) → `open` → `backoff` (a time to wait before the next ticket).
 * Two states end it until a person acts: `signed_out` and `stopped`.
 */
export type StateName = 'idle' | 'ticket' | 'waiting' | 'connecting' | 'open' | 'backoff' | 'signed_out' | 'stopped';

/** Why the connection is in its state. While it is on its way back, why it was lost. */
export interface Reason {
  /**
   * - `start`: `connect()` was called
   * - `closed`: the socket was closed, or the handshake failed (`code`: the close code)
   * - `refused`: the ticket call said that this person may not in (`code`: the problem's)
   * - `unavailable`: the ticket call failed in a way that time may heal (`code`: the problem's; none for a network failure)
   * - `timeout`: no ticket, no welcome or no heartbeat in time
   * - `offline`: the device says that it has no network
   * - `hidden`: the page went into the back/forward cache
   * - `asked`: `drop()`, `stop()` or `signOut()` was called
   * - `signed_out`: the server ended the session (`code`: the close code)
   * - `sign_in`: `connect()` was called and no one is signed in; it connects when someone is (only in `idle`)
   * - `identity`: another user or session is signed in than before, or the user signed out; in `stopped`, the server's `welcome` named
   *   another user than the token
   */
  readonly kind:
    | 'start'
    | 'closed'
    | 'refused'
    | 'unavailable'
    | 'timeout'
    | 'offline'
    | 'hidden'
    | 'asked'
    | 'signed_out'
    | 'sign_in'
    | 'identity';
  readonly code?: ProblemCode | number;
  /** Words for a person or a log, where somebody gave any. Never holds a secret. */
  readonly text?: string;
  /** What a developer should check, where a likely cause is known. Not for users. */
  readonly hint?: string;
}

export interface ConnectionState {
  readonly name: StateName;
  readonly reason: Reason;
  /** When it came to this state, Unix ms. */
  readonly since: number;
  /** Tries since the last connection that held; 0 for the first. */
  readonly attempt: number;
  /** When the next step comes by itself, Unix ms; in `waiting` and `backoff`. */
  readonly retryAt?: number;
}

/** What happens under the hood, as it happens. Never holds a ticket, a token or a URL. */
export interface Step {
  /** Unix ms. */
  readonly at: number;
  readonly step:
    | 'ticket'
    | 'ticket_ok'
    | 'refused'
    | 'waiting'
    | 'dial'
    | 'open'
    | 'welcome'
    | 'close'
    | 'backoff'
    | 'renew'
    | 'renewed'
    | 'lease'
    | 'beat'
    | 'offline'
    | 'online'
    /** `text` says what a developer should change. */
    | 'hint';
  /** How long the step took (`ticket_ok`, `refused`, `open`, `welcome`, `renewed`, `close`) or will take (`waiting`, `backoff`). */
  readonly ms?: number;
  readonly code?: ProblemCode | number;
  readonly text?: string;
}
