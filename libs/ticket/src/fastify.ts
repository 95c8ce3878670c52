import fp from 'fastify-plugin';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type ProblemCode, type TicketResponse } from '@usher/protocol';
import { bearerIdentity, problemOf } from './authenticate.ts';
import { ConnectSlots } from './connect-slots.ts';
import { Gate } from './gate.ts';
import type { Admission, HandshakeOutcome, HandshakeInfo, Unavailable } from './handshake-outcome.ts';
import { asksForWebSocket, originFormOf, pathOf } from './handshake.ts';
import { ownUpgrades, type Upgrades, watchSiblings } from './own-upgrades.ts';
import { problemHeaders } from './refusal.ts';
import { RequestQueue } from './request-queue.ts';
import { type TicketClaims, type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';

export type { Gate } from './gate.ts';
export type { Admission, AdmittedClient, HandshakeOutcome, HandshakeInfo, Unavailable } from './handshake-outcome.ts';

/** The authenticated user and session of a ticket request. */
export interface TicketHolder {
  readonly user: string;
  readonly session: string;
}

/** Why an authenticated client may not connect. */
export interface TicketDenial {
  readonly code: 'session_ended' | 'user_disabled' | 'too_many_connections';
  readonly retryAfterMs?: number;
}

export interface TicketGateOptions {
  readonly store: TicketStore;
  /** Exact origins from which browsers may connect, e.g. `https://chat.example`, or a function that is called for each handshake. */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  /** Path of the WebSocket endpoint. Defaults to `/api/ws`. */
  readonly endpoint?: string;
  /** Path of the ticket call. Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string;
  /** The WebSocket subprotocol. Defaults to `usher.v1`. */
  readonly protocol?: string;
  /**
   * Authenticates a ticket request. If it throws an error whose `code` is a problem code, the client receives that problem with the
   * `retryAfterMs` and `detail` of the error. Other errors are passed to the app's error handler.
   * Defaults to `request.jwtVerify()` of `@fastify/jwt` with the claims `sub` and `sid`.
   */
  readonly authenticate?: (request: FastifyRequest) => TicketHolder | Promise<TicketHolder>;
  /**
   * Called before a ticket is issued. Returns why the client may not connect, or `undefined`. Browsers hide the response to a rejected
   * handshake, so this is the only place where they can learn the reason. Defaults to allowing every client.
   */
  readonly mayConnect?: (claims: TicketClaims) => TicketDenial | undefined | Promise<TicketDenial | undefined>;
  /** Validates user and session again when the ticket is consumed. Defaults to admitting every client with a valid ticket. */
  readonly admit?: (claims: TicketClaims, info: HandshakeInfo) => Admission<unknown> | Promise<Admission<unknown>>;
  /**
   * Returns why the server accepts no connections at the moment, or `undefined` if it does. Called for each ticket call and handshake.
   * Defaults to accepting connections.
   */
  readonly capacity?: () => Unavailable | undefined;
  /** Assigns times at which clients may connect. Defaults to no limit. An app that consumes tickets itself (`renew`) must call `slots.used`. */
  readonly slots?: ConnectSlots;
  /** Returns the client's address, for apps behind a proxy. Defaults to the address of the peer. */
  readonly address?: (request: IncomingMessage) => string | undefined;
  /** Called with the outcome of each handshake, for logs, metrics and operators. The outcome contains no secrets. */
  readonly onHandshake?: (outcome: HandshakeOutcome) => void;
  /** Called with the outcome of each ticket call: `issued` or a problem code. */
  readonly onTicket?: (outcome: 'issued' | ProblemCode) => void;
  /** Maximum number of concurrent handshakes. Further ones are rejected with `at_capacity`. Defaults to 1,000. */
  readonly maxPendingHandshakes?: number;
  /** Time limit for the decision on a handshake, in milliseconds. Defaults to 10,000. */
  readonly handshakeTimeoutMs?: number;
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

declare module 'fastify' {
  interface FastifyInstance {
    /** The gate of this server. Pass `gate.server` to the WebSocket server. */
    readonly gate: Gate;
  }
}

/**
 * Fastify plugin that adds the ticket call and the gate. Routes, plugins and listeners of the app receive only admitted upgrades,
 * whether they are registered before or after this plugin.
 *
 * Register `@fastify/websocket` with `options: { server: app.gate.server }` after it.
 * @throws TypeError or RangeError at registration if an option is invalid. The message names the option.
 */
export const ticketGate = fp<TicketGateOptions>(
  (app, options, done) => {
    try {
      install(app, options);
      done();
    } catch (error) {
      // An exception from here would end the process instead of rejecting `app.ready()`.
      done(error instanceof Error ? error : new Error(String(error)));
    }
  },
  { name: '@usher/ticket', fastify: '5.x' },
);

function install(app: FastifyInstance, options: TicketGateOptions): void {
  const endpoint = path('endpoint', options.endpoint ?? '/api/ws');
  const ticketPath = path('ticketPath', options.ticketPath ?? '/api/ws_ticket');
  const { store, slots = new ConnectSlots({ connectsPerSecond: 0 }), onTicket } = options;
  const authenticate = options.authenticate ?? bearerIdentity;
  // WebSockets over HTTP/2 (RFC 8441) do not use upgrades and would bypass the gate.
  if ('http2' in app.initialConfig && app.initialConfig.http2)
    throw new TypeError('invalid http2 server: the gate supports HTTP/1.1 only');
  if (typeof (store as TicketStore | undefined)?.consume !== 'function')
    throw new TypeError('invalid store: must be a TicketStore');
  if (!Array.isArray(options.allowedOrigins) && typeof options.allowedOrigins !== 'function') {
    throw new TypeError('invalid allowedOrigins: must be an array of origins or a function that returns one');
  }
  const handshakeTimeoutMs = positive('handshakeTimeoutMs', options.handshakeTimeoutMs ?? 10_000);
  const gate = new Gate({
    store,
    endpoint,
    protocol: options.protocol ?? 'usher.v1',
    allowedOrigins: options.allowedOrigins,
    admit: options.admit ?? ((claims) => ({ ok: true, identity: claims })),
    capacity: options.capacity ?? (() => undefined),
    address: options.address ?? ((request) => request.socket.remoteAddress),
    onHandshake: options.onHandshake ?? (() => undefined),
    onConsumed: (claims) => {
      slots.markUsed(claims);
    },
    onError: (error) => {
      app.log.error({ err: error }, 'handshake failed');
    },
    maxPendingHandshakes: positive('maxPendingHandshakes', options.maxPendingHandshakes ?? 1_000),
    handshakeTimeoutMs: handshakeTimeoutMs,
  });
  app.decorate('gate', gate);
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
  ownUpgrades(app.server, upgrades);
  // Fastify creates its additional servers between these two hooks.
  let stopWatching = (): void => undefined;
  app.addHook('onReady', (next) => {
    stopWatching = watchSiblings(app.server, (sibling) => {
      ownUpgrades(sibling, upgrades);
    });
    next();
  });
  app.addHook('onListen', (next) => {
    stopWatching();
    next();
  });
  app.addHook('preClose', (next) => {
    stopWatching();
    gate.close();
    next();
  });

  function refuse(reply: FastifyReply, code: ProblemCode, retryAfterMs?: number, detail?: string): FastifyReply {
    onTicket?.(code);
    return sendProblem(reply, code, retryAfterMs, detail);
  }

  // Fastify's automatic HEAD route would issue a ticket and not return it.
  app.get(ticketPath, { exposeHeadRoute: false }, async (request, reply) => {
    let identity: TicketHolder;
    try {
      identity = await authenticate(request);
    } catch (error) {
      const knownProblem = problemOf(error);
      if (knownProblem === undefined) throw error;
      return refuse(reply, knownProblem.code, knownProblem.retryAfterMs, knownProblem.detail);
    }
    const unavailable = gate.unavailable();
    if (unavailable !== undefined) return refuse(reply, unavailable.code, unavailable.retryAfterMs);
    const claims = { user: identity.user, session: identity.session, endpoint };
    const denial = await options.mayConnect?.(claims);
    if (denial !== undefined) return refuse(reply, denial.code, denial.retryAfterMs);
    const slotResult = slots.assign(claims);
    if (!slotResult.ok) return refuse(reply, slotResult.reason, slotResult.retryAfterMs);
    const { connectAfterMs, slot } = slotResult;
    const returnSlot = (): void => {
      if (slot !== undefined) slots.returnSlot(slot);
    };
    const issued = await store.issue(claims, connectAfterMs).catch((error: unknown) => {
      returnSlot();
      if (!(error instanceof TicketStoreUnavailable)) throw error;
      request.log.error({ err: error }, 'ticket store unavailable: no ticket issued');
      return undefined;
    });
    if (issued === undefined) return refuse(reply, 'store_unavailable', 1_000);
    if (!issued.ok) {
      // A rejected request must not delay other clients.
      returnSlot();
      return refuse(reply, issued.reason, issued.retryAfterMs);
    }
    onTicket?.('issued');
    const answer: TicketResponse = {
      ticket: issued.ticket,
      expires: Math.floor(issued.expiresAt / 1_000),
      connectAfterMs,
    };
    return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').send(answer);
  });

  // A hook rather than a route, because the app defines a WebSocket route with this path.
  app.addHook('onRequest', (request, reply, next) => {
    if (request.method === 'GET' && pathOf(request.raw.url ?? '') === endpoint && !gate.hasAdmitted(request.raw)) {
      sendProblem(reply.headers({ upgrade: 'websocket', connection: 'upgrade, close' }), 'upgrade_required');
      return;
    }
    next();
  });
}

/** Sends a problem response through Fastify. For a response on the raw socket, see `refuse` in `refusal.ts`. */
function sendProblem(reply: FastifyReply, code: ProblemCode, retryAfterMs?: number, detail?: string): FastifyReply {
  const body = { ...problem(code, retryAfterMs), ...(detail === undefined ? {} : { detail }) };
  return reply
    .code(body.status)
    .headers(problemHeaders(body.status, retryAfterMs))
    .serializer(JSON.stringify)
    .send(body);
}

function path(name: string, value: string): string {
  if (!/^(?:\/[\w.~-]+)+$/.test(value))
    throw new TypeError(`invalid ${name} ${JSON.stringify(value)}: must be a path without a query, such as /api/ws`);
  return value;
}

function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`invalid ${name} ${value}: must be a positive integer`);
  return value;
}
