import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemCode } from '@usher/protocol';
import { type AcceptTokens, TokenAcceptance } from './accept-tokens.ts';
import { Bursts } from './bursts.ts';
import { positive } from './circuit-breaker.ts';
import { ConnectSlots } from './connect-slots.ts';
import { Gate } from './gate.ts';
import type { HandshakeOutcome, Unavailable } from './handshake-outcome.ts';
import { asksForWebSocket, originFormOf, pathOf } from './handshake.ts';
import { type Hooks, LimitedHooks } from './hooks.ts';
import type { Upgrades } from './own-upgrades.ts';
import { RequestQueue } from './request-queue.ts';
import { TicketCall } from './ticket-call.ts';
import { TicketStoreBreaker } from './ticket-store-breaker.ts';
import type { TicketStore } from './ticket-store.ts';
import type { TicketTracing } from './tracing.ts';

/**
 * The options of the gate and the ticket call.
 * @template R the request of the ticket call, as the HTTP framework represents it.
 */
export interface GateAndTicketOptions<R> {
  /**
   * The ticket store. The gate wraps it in a `TicketStoreBreaker`. Pass a `TicketStoreBreaker` to set its options or to use it for
   * other calls, such as the renewal of leases.
   */
  readonly store: TicketStore;
  /** Exact origins from which browsers may connect, e.g. `https://chat.example`, or a function that is called for each handshake. */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  /** Path of the WebSocket endpoint. Defaults to `/api/ws`. */
  readonly endpoint?: string;
  /** Path of the ticket call. Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string;
  /**
   * The WebSocket subprotocol, or several of them. A client gets the first one of its list that is supported, and without a list the first
   * one of these. Defaults to `usher.v1`.
   */
  readonly protocol?: string | readonly string[];
  /**
   * Authenticates a ticket request. If it throws an error whose `code` is a problem code, the client receives that problem with the
   * `retryAfterMs` and `detail` of the error. Other errors become 500.
   */
  readonly authenticate: Hooks<R>['authenticate'];
  /**
   * Returns why the client may not connect, or `undefined`. A ticket is issued at the same time, and discarded if the client may not
   * connect. Browsers hide the response to a rejected handshake, so they receive a reason only from the ticket call. Defaults to
   * allowing every client.
   */
  readonly mayConnect?: Hooks<R>['mayConnect'];
  /** Validates user and session again when the ticket is consumed. Defaults to admitting every client with a valid ticket. */
  readonly admit?: Hooks<R>['admit'];
  /**
   * Returns why the server accepts no connections at the moment, or `undefined` if it does. Called for each ticket call and handshake.
   * Defaults to accepting connections.
   */
  readonly capacity?: () => Unavailable | undefined;
  /** Assigns times at which clients may connect. Defaults to no limit. An app that consumes tickets itself (`renew`) must call `slots.markUsed`. */
  readonly slots?: ConnectSlots;
  /** Also accepts access tokens in the URL until a date, while clients are migrated. Defaults to tickets only. */
  readonly acceptTokens?: AcceptTokens | undefined;
  /** Returns the client's address, for apps behind a proxy. Defaults to the address of the peer. */
  readonly address?: (request: IncomingMessage) => string | undefined;
  /** Called with the outcome of each handshake, for logs, metrics and operators. The outcome contains no secrets. */
  readonly onHandshake?: (outcome: HandshakeOutcome) => void;
  /** Called with the outcome of each ticket call: `issued` or a problem code. */
  readonly onTicket?: (outcome: 'issued' | ProblemCode) => void;
  /** Traces ticket calls and handshakes, see `@usher/server/opentelemetry`. Defaults to no traces. */
  readonly tracing?: TicketTracing | undefined;
  /** Maximum number of concurrent handshakes. Further ones are rejected with `at_capacity`. Defaults to 1,000. */
  readonly maxPendingHandshakes?: number;
  /** Time limit for the decision on a handshake, in milliseconds. Defaults to 5,000. */
  readonly handshakeTimeoutMs?: number;
  /**
   * Time limit of each call of `store`, `authenticate`, `mayConnect` and `admit`, in milliseconds. After it, the client receives
   * `store_unavailable`. A reservation that a late `admit` returns is released. Calls of a `TicketStoreBreaker` keep its own limit.
   * Defaults to 2,000.
   */
  readonly storeTimeoutMs?: number;
  /**
   * Called with each TCP connection before its data is read. Return `false` to close the connection. Must not throw.
   * Defaults to accepting every connection.
   */
  readonly acceptConnection?: (socket: Socket) => boolean;
  /**
   * Maximum number of unanswered requests per connection. The server handles them one at a time. A further request receives 429
   * `rate_limited`, and the connection is closed. Defaults to 8.
   */
  readonly maxUnanswered?: number;
}

/** The parts that an adapter for an HTTP framework connects to its server. */
export interface CreatedGate<R> {
  readonly gate: Gate;
  readonly ticketCall: TicketCall<R>;
  readonly endpoint: string;
  readonly ticketPath: string;
  /** Pass it to `ownUpgrades`. */
  readonly upgrades: Upgrades;
}

/**
 * Creates the gate and the ticket call.
 *
 * @param onError receives the errors of handshakes. Must not throw.
 * @throws TypeError or RangeError if an option is invalid. The message names the option.
 */
export function createGate<R>(options: GateAndTicketOptions<R>, onError: (error: unknown) => void): CreatedGate<R> {
  const endpoint = validPath('endpoint', options.endpoint ?? '/api/ws');
  const ticketPath = validPath('ticketPath', options.ticketPath ?? '/api/ws_ticket');
  const { acceptTokens, slots = new ConnectSlots({ connectsPerSecond: 0 }), onTicket = () => undefined } = options;
  if (typeof (options.store as TicketStore | undefined)?.consume !== 'function')
    throw new TypeError('invalid store: must be a TicketStore');
  if (acceptTokens !== undefined && typeof (acceptTokens.verify as unknown) !== 'function')
    throw new TypeError('invalid acceptTokens.verify: must be a function that returns the user and session of a token');
  if (!Array.isArray(options.allowedOrigins) && typeof options.allowedOrigins !== 'function') {
    throw new TypeError('invalid allowedOrigins: must be an array of origins or a function that returns one');
  }
  const handshakeTimeoutMs = positive('handshakeTimeoutMs', options.handshakeTimeoutMs ?? 5_000);
  const storeTimeoutMs = positive('storeTimeoutMs', options.storeTimeoutMs ?? 2_000);
  const store =
    options.store instanceof TicketStoreBreaker
      ? options.store
      : new TicketStoreBreaker(options.store, { timeoutMs: storeTimeoutMs });
  const hooks = new LimitedHooks<R>(
    {
      authenticate: options.authenticate,
      mayConnect: options.mayConnect ?? (() => undefined),
      admit: options.admit ?? ((claims) => ({ ok: true, identity: claims })),
      ...(acceptTokens === undefined ? {} : { verifyToken: acceptTokens.verify }),
    },
    storeTimeoutMs,
    onError,
  );
  const gate = new Gate({
    store,
    bursts: new Bursts(),
    endpoint,
    protocols: validProtocols(options.protocol ?? 'usher.v1'),
    allowedOrigins: options.allowedOrigins,
    admit: (claims, request) => hooks.admit(claims, request),
    capacity: options.capacity ?? (() => undefined),
    address: options.address ?? ((request) => request.socket.remoteAddress),
    onHandshake: options.onHandshake ?? (() => undefined),
    tracing: options.tracing,
    tokens:
      acceptTokens === undefined ? undefined : new TokenAcceptance(acceptTokens, (token) => hooks.verifyToken(token)),
    onConsumed: (claims) => {
      slots.markUsed(claims);
    },
    onError,
    maxPendingHandshakes: positive('maxPendingHandshakes', options.maxPendingHandshakes ?? 1_000),
    handshakeTimeoutMs,
  });
  const upgrades: Upgrades = {
    accept: options.acceptConnection ?? (() => true),
    queue: new RequestQueue({
      maxUnanswered: positive('maxUnanswered', options.maxUnanswered ?? 8),
      waitMs: handshakeTimeoutMs,
    }),
    wanted: (request) => asksForWebSocket(request) || pathOf(originFormOf(request.url ?? '')) === endpoint,
    before: (request) => gate.redact(request),
    upgrade: (request, socket, head, url) => {
      gate.handleUpgrade(request, socket, head, url);
    },
  };
  return {
    gate,
    ticketCall: new TicketCall({ endpoint, store, slots, gate, hooks, onTicket }),
    endpoint,
    ticketPath,
    upgrades,
  };
}

function validProtocols(protocol: string | readonly string[]): readonly string[] {
  const protocols = typeof protocol === 'string' ? [protocol] : [...protocol];
  if (protocols.length > 0 && protocols.every((name) => name !== '')) return protocols;
  throw new TypeError('invalid protocol: must be a subprotocol, or a list of at least one');
}

function validPath(name: string, value: string): string {
  if (!/^(?:\/[\w.~-]+)+$/.test(value))
    throw new TypeError(`invalid ${name} ${JSON.stringify(value)}: must be a path without a query, such as /api/ws`);
  return value;
}
