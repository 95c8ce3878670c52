import type { TicketAnswer } from '@usher/protocol';
import type { PageSource } from './page.ts';

/** Gets a fresh ticket. Throws `TicketRefused` where the server said no; anything else that it throws means: try again later. */
export type TicketFunction = (signal: AbortSignal) => Promise<TicketAnswer>;

/** What is used of a WebSocket: the browser's own, Node's own and that of the `ws` package have it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
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
  /** The WebSocket subprotocol; `usher.v1` unless told. */
  readonly protocol?: string;
  /** The global `WebSocket` unless told. */
  readonly WebSocket?: SocketConstructor;
  readonly timings?: Partial<Timings>;
  /** From 0 to below 1; `Math.random` unless told. */
  readonly random?: () => number;
  /** Unix ms; `Date.now` unless told. */
  readonly now?: () => number;
  /** What the page goes through; the browser's own window and document unless told, nothing where there are none. */
  readonly page?: PageSource;
}
