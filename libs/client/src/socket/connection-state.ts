import type { Event, ProblemCode, RoomsProtocol } from '@usher/protocol';

/**
 * The state of the connection:
 * `idle` (before `connect()`, or no one is signed in) → `ticket` (requesting a ticket) → `waiting` (for the slot in the ticket response)
 * → `connecting` (handshake started, no `welcome` yet) → `open` → `backoff` (waiting before the next ticket call).
 * `signed_out` and `stopped` are final until `connect()` is called.
 */
export type StateName = 'idle' | 'ticket' | 'waiting' | 'connecting' | 'open' | 'backoff' | 'signed_out' | 'stopped';

/** Why the connection is in its state. While it reconnects: why it was lost. */
export interface Reason {
  /**
   * - `start`: `connect()` was called
   * - `closed`: the socket was closed, or the handshake failed (`code`: the close code)
   * - `refused`: the server denied the ticket permanently (`code`: the problem's)
   * - `unavailable`: the ticket call failed and can be retried (`code`: the problem's; none for a network failure)
   * - `timeout`: no ticket, no welcome or no heartbeat in time
   * - `offline`: the device reports that it has no network
   * - `hidden`: the page went into the back/forward cache
   * - `requested`: `drop()`, `stop()` or `signOut()` was called
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
    | 'requested'
    | 'signed_out'
    | 'sign_in'
    | 'identity';
  readonly code?: ProblemCode | number;
  /** A description for users and logs, if there is one. Never contains a secret. */
  readonly text?: string;
}

export interface ConnectionState {
  readonly name: StateName;
  readonly reason: Reason;
  /** When the connection entered this state, Unix ms. */
  readonly since: number;
  /** Failed attempts since the last stable connection; 0 for the first attempt. */
  readonly attempt: number;
  /** When the next step starts, Unix ms. Set in `waiting` and `backoff`. */
  readonly retryAt?: number;
  /**
   * Identifies the last ticket call, such as `K7Q-2MF`. A user can give it to an operator, who looks up why the attempt failed. Absent if the
   * server did not respond to the call, or its response has no receipt.
   */
  readonly receipt?: string | undefined;
}

/** An entry of the connection log. Never contains a ticket, a token or a URL. */
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
    | 'online';
  /** How many ms the step took (`ticket_ok`, `refused`, `open`, `welcome`, `renewed`, `close`) or will take (`waiting`, `backoff`). */
  readonly ms?: number;
  readonly code?: ProblemCode | number | undefined;
  readonly text?: string | undefined;
}

/** The first frame of the server, in every protocol. `lease` is updated while the connection is open. */
export type Welcome = Event<RoomsProtocol, 'welcome'>;

/** Whether a frame is a welcome with the fields that the client requires. */
export function isWelcome(frame: object): frame is Welcome {
  const { type, heartbeatMs, limits } = frame as Partial<Welcome & { readonly type: string }>;
  return type === 'welcome' && Number(heartbeatMs) > 0 && Number(limits?.frameBytes) > 0;
}
