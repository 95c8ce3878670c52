import type { CloseName, EventFrame, Params, Protocol, Reply, RequestType, Signal, SignalType } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import type { Connection, Identity } from './connection.ts';
import type { Frame } from './frame.ts';
import type { Limits } from './limits.ts';
import type { Logger } from '../support/log.ts';
import type { Socket, SocketListener } from './socket.ts';

declare const replied: unique symbol;
/** Proof that a request has been answered by `call.reply`. */
export interface Replied {
  readonly [replied]: true;
}

/** One request that waits for its answer. */
export interface Call<R> {
  /**
   * Answers at this very moment, for a handler that has something to send right behind the reply; the handler returns what
   * this returns. The first answer counts and any later one is dropped.
   */
  reply(data: R): Replied;
}

/**
 * Serves a request: returns the data of the reply (or a promise of it), or throws a `RequestError` for an `error` frame.
 * Whatever else it throws is logged and answered `internal`; the connection lives on.
 * Handlers are called in the order in which frames came, each before the next frame is looked at.
 */
export type Handler<P extends Protocol, T extends RequestType<P>> = (
  params: Params<P, T>,
  connection: Connection,
  call: Call<Reply<P, T>>,
) => Reply<P, T> | Replied | Promise<Reply<P, T> | Replied>;

/**
 * What a frame costs of the budgets of its connection and user (`limits.requestsPerSecond`), in units; 0 is free, anything else is one
 * unit more for each 8,192 characters of the frame.
 */
export type Cost<P> = number | ((params: P, connection: Connection) => number);

export interface ServeOptions<P> {
  /** Defaults to 1. */
  readonly cost?: Cost<P>;
}

export type SignalHandler<P extends Protocol, T extends SignalType<P>> = (
  params: Signal<P, T>,
  connection: Connection,
) => void;

/** How a connection ended. */
export interface Closed {
  /** RFC 6455 §7.1.5, or of the table of close codes. */
  readonly code: number;
  /** Set when this side closed it. */
  readonly name?: CloseName;
}

/** Which connections: those that fit all that is named. An empty filter fits all. */
export interface ConnectionFilter {
  readonly id?: string;
  readonly user?: string;
  readonly session?: string;
}

/** A renewed lease. */
export interface Renewal {
  /** Unix seconds; `leaseMs` from now unless told. */
  readonly lease?: number;
  /** The roles as they are now; as they were unless told. */
  readonly roles?: readonly string[];
}

/** What metrics may want to know. Must not throw. */
export interface ConnectionsObserver {
  opened?(connection: Connection): void;
  closed?(connection: Connection, closed: Closed): void;
  /** A request was answered: `ok`, or the code of its error. */
  answered?(type: string, outcome: string): void;
  /** A frame that could not be served at all. */
  refused?(code: 'bad_message' | 'unknown_type'): void;
  /** A signal (`unknown_type` for one that is not served) was dropped because the connection or its user was over budget. */
  dropped?(type: string): void;
}

export interface ConnectionsOptions<P extends Protocol> {
  readonly codec: Codec<P>;
  readonly limits?: Partial<Limits>;
  /** What requests and signals cost, by type, in place of what is said where they are served. */
  readonly costs?: Readonly<Partial<Record<RequestType<P> | SignalType<P>, number>>>;
  /** How often a `beat` goes out, in milliseconds; 25,000 unless told. */
  readonly heartbeatMs?: number;
  /** How long its answer may take (any frame is one), in milliseconds; 10,000 unless told. Then 4008. */
  readonly heartbeatGraceMs?: number;
  /** How long a connection lives without a `renew`, in milliseconds; 30 minutes unless told. Then 4001. */
  readonly leaseMs?: number;
  /** How long before its end the `lease` frame asks for a renewal, in milliseconds; a fifth of `leaseMs`, two minutes at most, unless told. */
  readonly leaseNoticeMs?: number;
  /** How long a closing handshake may take before the socket is cut, in milliseconds; 5,000 unless told. */
  readonly closeGraceMs?: number;
  /**
   * Unix milliseconds, for `lease` and `openedAt`. Defaults to `Date.now()`. All durations follow the monotonic clock: a lease that
   * was granted lasts as long as it was granted for, however the system time is changed meanwhile.
   */
  readonly now?: () => number;
  readonly log?: Logger;
  /**
   * Judges a ticket presented over the open socket: it must have been issued to this connection's session, and is burned.
   * `undefined` is answered `invalid_ticket`, whatever the reason. Without this every `renew` is.
   */
  readonly renew?: (connection: Connection, ticket: string) => Promise<Renewal | undefined>;
  /** Like `connections.onClosed`. */
  readonly onClosed?: (connection: Connection, closed: Closed) => void;
  readonly observer?: ConnectionsObserver;
}

export interface OpenOptions {
  /** When the lease ends, in Unix seconds; `leaseMs` from now unless told. */
  readonly lease?: number;
}

/** The connections of this node, and what is said over them. */
export interface Connections<P extends Protocol> {
  readonly limits: Limits;
  /** How many are open. */
  readonly size: number;

  /**
   * Seats an authenticated person at a socket and sends `welcome`, the first frame. The caller hands what the socket hears
   * to `listener`, without an await in between (the adapters do so).
   * While draining, the socket is closed at once with 1012.
   */
  open(
    socket: Socket,
    identity: Identity,
    options?: OpenOptions,
  ): { readonly connection: Connection; readonly listener: SocketListener };

  /**
   * Serves a request of the protocol.
   * @throws TypeError when the protocol has no such request, or it is served already (the core's `ping` and `renew` are).
   */
  handle<T extends RequestType<P>>(type: T, handler: Handler<P, T>, options?: ServeOptions<Params<P, T>>): void;
  /**
   * Listens to a signal of the protocol.
   * @throws TypeError when the protocol has no such signal, or it has a listener already.
   */
  on<T extends SignalType<P>>(type: T, handler: SignalHandler<P, T>, options?: ServeOptions<Signal<P, T>>): void;
  /** Calls `listener` for each connection right behind its `welcome`. Returns a function that ends the listening. */
  onOpened(listener: (connection: Connection) => void): () => void;
  /**
   * Calls `listener` once for each connection at the moment when it is served no longer, whoever ended it: everything that
   * was kept for it can be let go. Returns a function that ends the listening.
   */
  onClosed(listener: (connection: Connection, closed: Closed) => void): () => void;
  /**
   * Calls `listener` after each `renew` that was granted, when the connection has its new lease and roles: the moment to judge
   * again whatever was granted for longer than one request. Returns a function that ends the listening.
   */
  onRenewed(listener: (connection: Connection) => void): () => void;

  /** Encodes an event once, for `connection.send` to any number of connections. */
  encode(event: EventFrame<P>): Frame;
  /** Sends an event to one connection. Never throws. */
  emit(connection: Connection, event: EventFrame<P>): void;

  /**
   * Closes what fits the filter. At its return none of them is served any more; the closing handshakes go on by themselves,
   * cut after `closeGraceMs`. Costs what it closes, not what is open (a filter by user, session or id).
   * @param reason in place of the reason that stands in the table of close codes; at most 123 bytes (RFC 6455 §5.5).
   * @returns how many were closed.
   */
  close(filter: ConnectionFilter, name: CloseName, reason?: string): number;
  /** The connections that fit the filter, for operators. Sessions are not to be shown. */
  list(filter?: ConnectionFilter): Connection[];
  /** How many connections fit. Costs nothing for all, or for those of a user. */
  count(filter?: ConnectionFilter): number;
  /**
   * Closes all connections with 1012, spread evenly over `durationMs` milliseconds, so that the clients do not all come back at once.
   * A connection that opens meanwhile is closed immediately. Resolves when the last socket is gone, which may be immediately.
   *
   * @param withinMs milliseconds from now after which every socket that is left is cut. Without it each one has `closeGraceMs` from
   *   its own close, so the whole may take `durationMs` plus `closeGraceMs`.
   * @returns how many sockets ended without a complete closing handshake, because they were cut or the network was lost.
   */
  drain(durationMs: number, withinMs?: number): Promise<number>;
  /** Stops the timer and cuts every open socket. For the end of a process or test: nothing opens afterwards. */
  stop(): void;
}
