import type { TicketResponse } from '@usher/protocol';
import type { Identity, Who } from './identity.ts';
import type { PageSource } from './page.ts';
import type { SocketConstructor } from './socket.ts';

/**
 * Requests a fresh ticket. Throws `TicketRefused` if the server denied it. The socket retries after any other error.
 * The functions of `fetchTicket` and `ticketFrom` have `who`.
 */
export interface TicketFunction {
  /** The response may include the identity of the token that the request used, and the receipt of the call. */
  (
    signal: AbortSignal,
  ): Promise<TicketResponse & { readonly identity?: Identity | string; readonly receipt?: string | undefined }>;
  /** Returns the current identity, read from the token that ticket requests use. */
  readonly who?: Who;
}

/** All values are in milliseconds. */
export interface Timings {
  /** The timeout for a ticket call, for a connection until its `welcome`, and for a request. Defaults to 10,000. */
  readonly answerMs: number;
  /** How late a heartbeat may be. Defaults to 10,000. */
  readonly graceMs: number;
  /** The backoff window of the first reconnect attempt. Defaults to 500. */
  readonly backoffMinMs: number;
  /** The largest backoff window, and the retry interval while offline. Defaults to 20,000. */
  readonly backoffMaxMs: number;
  /** After a connection of this duration the attempt counter starts again. Defaults to 10,000. */
  readonly stableMs: number;
}

export interface TicketSocketOptions {
  /** The endpoint, without a ticket: `wss://chat.example.com/api/ws`. A function is called before every connection attempt. */
  readonly url: string | (() => string);
  /** Called before EVERY connection attempt and renewal. Each ticket is used once and never stored. */
  readonly ticket: TicketFunction;
  /**
   * Returns the current identity. Defaults to the `who` of the ticket function; for `fetchTicket`, the `sub` and `sid` of the token.
   * Required for tokens without a `sub` and for custom ticket functions; without it, call `signOut()` before another user signs in.
   */
  readonly who?: Who;
  /** The WebSocket subprotocol. Defaults to `usher.v1`. */
  readonly protocol?: string;
  /** Defaults to the global `WebSocket`, available in Node 22 and later. */
  readonly WebSocket?: SocketConstructor;
  readonly timings?: Partial<Timings>;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). Defaults to `Math.random`. */
  readonly random?: () => number;
  /** The source of page events. Defaults to `browserPage`. */
  readonly page?: PageSource;
}
