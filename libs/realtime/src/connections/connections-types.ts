import type { CloseName, EventFrame, Params, Protocol, Reply, RequestType, Signal, SignalType } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import type { Connection, Identity } from './connection.ts';
import type { Frame } from './frame.ts';
import type { Limits } from './limits.ts';
import type { Logger } from '../support/log.ts';
import type { RealtimeTracing } from './tracing.ts';
import type { Bus } from '../bus/bus.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Middleware } from './middleware.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { SendOptions, Target, TargetFilter } from './targets.ts';

declare const replied: unique symbol;
/** Proof that `call.reply` has sent the reply to a request. */
export interface Replied {
  readonly [replied]: true;
}

/** The request that a handler is serving. */
export interface Call<R> {
  /**
   * Replies immediately, so that the handler can send further frames directly after the reply. The handler returns the returned
   * value. Only the first response is sent; later ones are ignored.
   */
  reply(data: R): Replied;
}

/**
 * Serves a request. Returns the data of the reply, or a promise of it, or throws a `RequestError` to send an `error` frame. Any
 * other error is logged, and the client receives `internal`; the connection stays open. Handlers are called in the order in which the
 * frames arrive, each one before the next frame is decoded.
 */
export type Handler<P extends Protocol, T extends RequestType<P>, D extends object = object> = (
  params: Params<P, T>,
  connection: Connection<P, D>,
  call: Call<Reply<P, T>>,
) => Reply<P, T> | Replied | Promise<Reply<P, T> | Replied>;

/**
 * The cost of a frame in units, charged to the budgets of its connection and its user (`limits.requestsPerSecond`). 0 is free. Any
 * other cost rises by one unit for each 8,192 characters of the frame.
 */
export type Cost<P> = number | ((params: P, connection: Connection) => number);

export interface HandlerOptions<P> {
  /** Defaults to 1. */
  readonly cost?: Cost<P>;
}

export type SignalHandler<P extends Protocol, T extends SignalType<P>, D extends object = object> = (
  params: Signal<P, T>,
  connection: Connection<P, D>,
) => void;

/** How a connection ended. */
export interface Closed {
  /** The close code of RFC 6455 §7.1.5, or one of the table of close codes. */
  readonly code: number;
  /** Set if this side closed the connection. */
  readonly name?: CloseName;
}

/** Selects the connections that match every given field. An empty filter matches all connections. */
export interface ConnectionFilter {
  readonly id?: string;
  readonly user?: string;
  readonly session?: string;
}

/** The result of a successful renewal. */
export interface Renewal {
  /** When the lease ends, in Unix seconds. Defaults to `leaseMs` from now. */
  readonly lease?: number;
  /** The current roles. Defaults to the roles of the connection. */
  readonly roles?: readonly string[];
}

/** Hooks for metrics. Must not throw. */
export interface ConnectionsObserver {
  opened?(connection: Connection): void;
  closed?(connection: Connection, closed: Closed): void;
  /** The reply or error of a request was sent. `outcome` is `ok` or the error code. */
  answered?(type: string, outcome: string, connection: Connection): void;
  /** A frame was rejected because it could not be decoded or has an unknown type. */
  refused?(code: 'bad_message' | 'unknown_type'): void;
  /**
   * A signal was dropped because the connection or its user exceeded the budget. The type is `unknown_type` if it has no handler.
   */
  dropped?(type: string, connection: Connection): void;
}

export interface ConnectionsOptions<P extends Protocol, D extends object = object> {
  readonly codec: Codec<P>;
  /**
   * Creates the data of a connection (`connection.data`), when it is first read. `open` can set it instead, for example to what was read at
   * admission. Defaults to an empty object.
   */
  readonly data?: (identity: Identity) => D;
  /** Carries the events of `to` and `broadcast` to other nodes. Without it they reach the connections of this node. */
  readonly bus?: Bus;
  /** The nodes that share `bus`, which `send` waits for. Defaults to a cluster of this node only. */
  readonly cluster?: Cluster;
  /** How long `connection.request` waits for a response by default, in milliseconds. Defaults to 10,000. */
  readonly serverRequestTimeoutMs?: number;
  readonly limits?: Partial<Limits>;
  /** The cost of requests and signals by type. Overrides the cost given to `handle` and `on`. */
  readonly costs?: Readonly<Partial<Record<RequestType<P> | SignalType<P>, number>>>;
  /** Milliseconds between two `beat` frames. Defaults to 25,000. */
  readonly heartbeatMs?: number;
  /**
   * How long the client may take to reply to a beat with any frame, in milliseconds. Defaults to 10,000. Then the connection closes
   * with 4008.
   */
  readonly heartbeatGraceMs?: number;
  /** How long a connection stays open without a `renew`, in milliseconds. Defaults to 30 minutes. Then it closes with 4001. */
  readonly leaseMs?: number;
  /**
   * How long before the end of the lease the `lease` frame is sent, in milliseconds. Defaults to a fifth of `leaseMs`, at most two
   * minutes.
   */
  readonly leaseNoticeMs?: number;
  /** How long a closing handshake may take before the socket is terminated, in milliseconds. Defaults to 5,000. */
  readonly closeGraceMs?: number;
  /**
   * Returns Unix milliseconds, for `lease` and `openedAt`. Defaults to `Date.now`. Durations follow the monotonic clock: a change
   * of the system time does not shorten or prolong a granted lease.
   */
  readonly now?: () => number;
  readonly log?: Logger;
  /**
   * Validates a ticket that a client presents over its open connection. It must consume the ticket and check that it was issued to
   * the session of this connection. `undefined` leads to `invalid_ticket`, whatever the reason. Without this option, every `renew`
   * leads to it.
   */
  readonly renew?: (connection: Connection, ticket: string) => Promise<Renewal | undefined>;
  /**
   * How long `renew` may take, in milliseconds. Defaults to 4,000: two seconds each for the store of the tickets and that of the sessions.
   * Then the request is rejected with `internal`, and the lease stays as it is.
   */
  readonly renewTimeoutMs?: number;
  /** The same as `connections.onClosed`. */
  readonly onClosed?: (connection: Connection, closed: Closed) => void;
  readonly observer?: ConnectionsObserver;
  /** Traces requests, see `@usher/server/opentelemetry`. Defaults to no traces. */
  readonly tracing?: RealtimeTracing | undefined;
}

export interface OpenOptions<D extends object = object> {
  /** The data of the connection, instead of that of `ConnectionsOptions.data`. */
  readonly data?: D;
  /** When the lease ends, in Unix seconds. Defaults to `leaseMs` from now. */
  readonly lease?: number;
}

/** The connections of this node, and the protocol that they serve. */
export interface Connections<P extends Protocol, D extends object = object> {
  /** The protocol and its validators. */
  readonly codec: Codec<P>;
  readonly limits: Limits;
  /** The number of open connections. */
  readonly size: number;

  /**
   * Opens a connection for an authenticated identity and sends `welcome` as its first frame. The caller must pass all socket events
   * to `listener` and must not await before that; the adapters do so. During a drain the socket is closed immediately with 1012.
   */
  open(
    socket: Socket,
    identity: Identity,
    options?: OpenOptions<D>,
  ): { readonly connection: Connection<P, D>; readonly listener: SocketListener };

  /**
   * Registers the handler of a request.
   *
   * @throws TypeError if the protocol has no such request, or it already has a handler. `ping` and `renew` have built-in handlers.
   */
  handle<T extends RequestType<P>>(type: T, handler: Handler<P, T, D>, options?: HandlerOptions<Params<P, T>>): void;
  /**
   * Registers the handler of a signal.
   *
   * @throws TypeError if the protocol has no such signal, or it already has a handler.
   */
  on<T extends SignalType<P>>(type: T, handler: SignalHandler<P, T, D>, options?: HandlerOptions<Signal<P, T>>): void;
  /**
   * Adds a middleware for the requests and signals of the application, after those that were added before. See `Middleware`. The core
   * messages (`beat`, `ping`, `renew`) do not pass it.
   */
  use(middleware: Middleware<P, D>): void;
  /** Calls `listener` for each connection directly after its `welcome`. Returns a function that removes the listener. */
  onOpened(listener: (connection: Connection<P, D>) => void): () => void;
  /**
   * Calls `listener` once for each connection, as soon as it is no longer served, whichever side closed it. Use it to release state
   * of the connection. Returns a function that removes the listener.
   */
  onClosed(listener: (connection: Connection<P, D>, closed: Closed) => void): () => void;
  /**
   * Calls `listener` after each successful `renew`, when the connection has its new lease and roles. Use it to check long-lived
   * permissions again. Returns a function that removes the listener.
   */
  onRenewed(listener: (connection: Connection<P, D>) => void): () => void;

  /** Serializes an event once, for `connection.send` to any number of connections. */
  encode(event: EventFrame<P>): Frame;
  /** Returns the connections of a user or a session on all nodes, to send them events. */
  to(filter: TargetFilter): Target<P>;
  /** Returns all connections on all nodes, to send them events. */
  broadcast(): Target<P>;
  /** Sends an event to one connection. Never throws. */
  emit(connection: Connection, event: EventFrame<P>, options?: SendOptions): void;

  /**
   * Closes the matching connections. When it returns, none of them is served any more. The closing handshakes continue in the
   * background and are cut after `closeGraceMs`. A filter by id, session or user takes time proportional to the matches, not to all
   * open connections.
   *
   * @param reason overrides the reason of the close code table; at most 123 bytes (RFC 6455 §5.5)
   * @returns the number of connections closed
   */
  close(filter: ConnectionFilter, name: CloseName, reason?: string): number;
  /** Returns the matching connections, for operators. Do not expose their sessions. */
  list(filter?: ConnectionFilter): Connection<P, D>[];
  /** Returns the number of matching connections. Takes constant time without a filter and for a filter by user only. */
  count(filter?: ConnectionFilter): number;
  /**
   * Closes all connections with 1012, spread evenly over `durationMs` milliseconds, so that the clients do not reconnect at the
   * same time. A connection that opens during the drain is closed immediately. Resolves when the last socket is closed.
   *
   * @param withinMs milliseconds after which all remaining sockets are terminated. Without it, each socket has `closeGraceMs` from
   *   its own close, so the drain may take `durationMs` plus `closeGraceMs`.
   * @returns the number of sockets that ended without a complete closing handshake
   */
  drain(durationMs: number, withinMs?: number): Promise<number>;
  /** Stops the timer and the subscriptions and terminates every socket, at the end of a process or a test. No connection can open afterwards. */
  stop(): void;
}
