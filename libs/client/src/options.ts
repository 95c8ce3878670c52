import type { TicketAnswer } from '@usher/protocol';
import type { Identity, Who } from './identity.ts';
import type { PageSource } from './page.ts';

/**
 * Gets a fresh ticket. Throws `TicketRefused` if the server refused it; the socket tries again after any other error.
 * `fetchTicket` and `ticketFrom` return one that has `who`.
 */
export interface TicketFunction {
  /** The answer may name the identity whose token paid for the ticket. */
  (signal: AbortSignal): Promise<TicketAnswer & { readonly identity?: Identity | string }>;
  /** Who is signed in, read from the same token that the ticket is requested with. */
  readonly who?: Who;
}

/** The part of a WebSocket that the client uses. The global `WebSocket` and the one of the `ws` package satisfy it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocol: string) => Socket;

/** All in milliseconds. */
export interface Timings {
  /** How long the server may take: for a ticket, from the dial to the welcome, and for a request; 10,000 unless told. */
  readonly answerMs: number;
  /** How late its heartbeat may be; 10,000 unless told. */
  readonly graceMs: number;
  /** The first try comes back within this time; 500 unless told. */
  readonly backoffMinMs: number;
  /** The longest that a backoff grows to, and the pace without a network; 20,000 unless told. */
  readonly backoffMaxMs: number;
  /** A connection that held for so long begins anew with its tries; 10,000 unless told. */
  readonly stableMs: number;
}

export interface TicketSocketOptions {
  /** The endpoint, without a ticket: `wss://chat.example.com/api/ws`. Asked before every dial where it is a function. */
  readonly url: string | (() => string);
  /** Asked before EVERY dial and renewal; an answer is used once and never kept. */
  readonly ticket: TicketFunction;
  /**
   * Who is signed in. Defaults to the `who` of the ticket function: with `fetchTicket` the `sub` and `sid` of the token. Required for
   * tokens that do not name a user and for ticket functions of your own; without it call `signOut()` before another user signs in.
   */
  readonly who?: Who;
  /** The WebSocket subprotocol; `usher.v1` unless told. */
  readonly protocol?: string;
  /** Defaults to the global `WebSocket`, which Node has from version 22 on. */
  readonly WebSocket?: SocketConstructor;
  readonly timings?: Partial<Timings>;
  /** From 0 to below 1; `Math.random` unless told. */
  readonly random?: () => number;
  /** Unix ms; `Date.now` unless told. */
  readonly now?: () => number;
  /** What the page goes through; the browser's own window and document unless told, nothing where there are none. */
  readonly page?: PageSource;
}
