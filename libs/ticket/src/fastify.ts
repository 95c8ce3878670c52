import fp from 'fastify-plugin';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type ProblemCode, type TicketAnswer } from '@usher/protocol';
import { bearerIdentity, problemOf } from './authenticate.ts';
import { ConnectSlots } from './connect-slots.ts';
import { Gate } from './gate.ts';
import type { Admission, GateVerdict, Knock, Unavailable } from './verdict.ts';
import { asksForWebSocket, originFormOf, pathOf } from './handshake.ts';
import { ownUpgrades, type Upgrades, watchSiblings } from './own-upgrades.ts';
import { problemHeaders } from './refusal.ts';
import { RequestQueue } from './request-queue.ts';
import { type TicketClaims, type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';

export type { Gate } from './gate.ts';
export type { Admission, Admitted, GateVerdict, Knock, Unavailable } from './verdict.ts';

/** Who asks for a ticket. */
export interface Authenticated {
  readonly user: string;
  readonly session: string;
}

/** Why somebody who is authenticated may not connect all the same. */
export interface Impediment {
  readonly code: 'session_ended' | 'user_disabled' | 'too_many_connections';
  readonly retryAfterMs?: number;
}

export interface TicketGateOptions {
  readonly store: TicketStore;
  /** Exact origins from which browsers may connect, e.g. `https://chat.example`; or a function, asked at each handshake. */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  /** Path of the socket; `/api/ws` unless told. */
  readonly endpoint?: string;
  /** Path of the call that gives tickets; `/api/ws_ticket` unless told. */
  readonly ticketPath?: string;
  /** The subprotocol; `usher.v1` unless told. */
  readonly protocol?: string;
  /**
   * Who makes this request. An error whose `code` is one of the contract's is answered as that (with its `retryAfterMs` and
   * `detail`), any other is left to the app's error handler. Unless told: `request.jwtVerify()` of `@fastify/jwt`, with the claims
   * `sub` and `sid`.
   */
  readonly authenticate?: (request: FastifyRequest) => Authenticated | Promise<Authenticated>;
  /** What is known beforehand to stand in the way, asked when a ticket is; a browser learns of it nowhere else. */
  readonly mayConnect?: (claims: TicketClaims) => Impediment | undefined | Promise<Impediment | undefined>;
  /** Looks at user and session again at the moment when the ticket is redeemed. Unless told everybody is admitted. */
  readonly admit?: (claims: TicketClaims, knock: Knock) => Admission<unknown> | Promise<Admission<unknown>>;
  /** Whether the server can take nobody at all now; asked by the ticket call and by the gate. */
  readonly capacity?: () => Unavailable | undefined;
  /** When clients may connect. Defaults to immediately. An app that consumes tickets itself (`renew`) calls `slots.used` for them. */
  readonly slots?: ConnectSlots;
  /** The client's address behind proxies; the peer's unless told. */
  readonly address?: (request: IncomingMessage) => string | undefined;
  /** Told how each handshake was judged, with no secret in it; for logs, metrics and operators. */
  readonly onVerdict?: (verdict: GateVerdict) => void;
  /** Told of each ticket call: `issued`, or the code of its error. */
  readonly onTicket?: (outcome: 'issued' | ProblemCode) => void;
  /** Handshakes judged at once; 1,000 unless told. */
  readonly maxJudging?: number;
  /** How long a judgement may take, in milliseconds; 10,000 unless told. */
  readonly judgeMs?: number;
  /**
   * Called with each TCP connection before HTTP sees it. `false` closes the connection. It must not throw.
   * Defaults to accepting every connection.
   */
  readonly acceptConnection?: (socket: Socket) => boolean;
  /**
   * How many requests of one connection may be unanswered at the same time. They are handled one after the other; the next one is
   * answered 429 `rate_limited`, and the connection is closed. Defaults to 8.
   */
  readonly maxUnanswered?: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The door to the sockets. Give `gate.server` to whatever upgrades. */
    readonly gate: Gate;
  }
}

/**
 * Tickets and the gate for a Fastify server: the call that gives tickets, and every upgrade of the server behind the gate.
 * No route, plugin or listener of the app, registered before or after, ever sees an upgrade that was not admitted.
 *
 * Register `@fastify/websocket` with `options: { server: app.gate.server }` after it.
 * @throws TypeError or RangeError at registration when an option makes no sense, naming it.
 */
export const ticketGate = fp<TicketGateOptions>(
  (app, options, done) => {
    try {
      install(app, options);
      done();
    } catch (error) {
      // Thrown, it would end the process instead of the start.
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
  // Its requests and its way to a WebSocket (RFC 8441) are others, and would go round the gate.
  if ('http2' in app.initialConfig && app.initialConfig.http2)
    throw new TypeError('http2: the gate stands before HTTP/1.1 servers only');
  if (typeof (store as TicketStore | undefined)?.consume !== 'function')
    throw new TypeError('store: wants a ticket store');
  if (!Array.isArray(options.allowedOrigins) && typeof options.allowedOrigins !== 'function') {
    throw new TypeError('allowedOrigins: wants a list of origins, or a function that gives one');
  }
  const judgeMs = positive('judgeMs', options.judgeMs ?? 10_000);
  const gate = new Gate({
    store,
    endpoint,
    protocol: options.protocol ?? 'usher.v1',
    allowedOrigins: options.allowedOrigins,
    admit: options.admit ?? ((claims) => ({ ok: true, identity: claims })),
    capacity: options.capacity ?? (() => undefined),
    address: options.address ?? ((request) => request.socket.remoteAddress),
    onVerdict: options.onVerdict ?? (() => undefined),
    onConsumed: (claims) => {
      slots.used(claims);
    },
    onError: (error) => {
      app.log.error({ err: error }, 'a handshake could not be judged');
    },
    maxJudging: positive('maxJudging', options.maxJudging ?? 1_000),
    judgeMs,
  });
  app.decorate('gate', gate);
  const upgrades: Upgrades = {
    accept: options.acceptConnection ?? (() => true),
    queue: new RequestQueue({
      maxUnanswered: positive('maxUnanswered', options.maxUnanswered ?? 8),
      waitMs: judgeMs,
    }),
    wanted: (request) => asksForWebSocket(request) || pathOf(originFormOf(request.url ?? '')) === endpoint,
    before: (request) => gate.redact(request),
    upgrade: (request, socket, head, url) => {
      gate.judge(request, socket, head, url);
    },
  };
  ownUpgrades(app.server, upgrades);
  // Fastify makes its further servers between these two hooks.
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

  // Without the HEAD that Fastify adds: it would give a ticket to nobody.
  app.get(ticketPath, { exposeHeadRoute: false }, async (request, reply) => {
    let who: Authenticated;
    try {
      who = await authenticate(request);
    } catch (error) {
      const known = problemOf(error);
      if (known === undefined) throw error;
      return refuse(reply, known.code, known.retryAfterMs, known.detail);
    }
    const unavailable = gate.unavailable();
    if (unavailable !== undefined) return refuse(reply, unavailable.code, unavailable.retryAfterMs);
    const claims = { user: who.user, session: who.session, endpoint };
    const impediment = await options.mayConnect?.(claims);
    if (impediment !== undefined) return refuse(reply, impediment.code, impediment.retryAfterMs);
    const taken = slots.take(claims);
    if (!taken.ok) return refuse(reply, taken.reason, taken.retryAfterMs);
    const { connectAfterMs, slot } = taken;
    const giveBack = (): void => {
      if (slot !== undefined) slots.giveBack(slot);
    };
    const issued = await store.issue(claims, connectAfterMs).catch((error: unknown) => {
      giveBack();
      if (!(error instanceof TicketStoreUnavailable)) throw error;
      request.log.error({ err: error }, 'no ticket could be issued');
      return undefined;
    });
    if (issued === undefined) return refuse(reply, 'store_unavailable', 1_000);
    if (!issued.ok) {
      // A refused request must not delay other clients.
      giveBack();
      return refuse(reply, issued.reason, issued.retryAfterMs);
    }
    onTicket?.('issued');
    const answer: TicketAnswer = {
      ticket: issued.ticket,
      expires: Math.floor(issued.expiresAt / 1_000),
      connectAfterMs,
    };
    return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').send(answer);
  });

  // A hook and not a route: the path belongs to the app's own WebSocket route.
  app.addHook('onRequest', (request, reply, next) => {
    if (request.method === 'GET' && pathOf(request.raw.url ?? '') === endpoint && !gate.hasAdmitted(request.raw)) {
      sendProblem(reply.headers({ upgrade: 'websocket', connection: 'upgrade, close' }), 'upgrade_required');
      return;
    }
    next();
  });
}

/** Answers with a problem document by way of Fastify; `refuse` of the gate does so on the bare socket. */
function sendProblem(reply: FastifyReply, code: ProblemCode, retryAfterMs?: number, detail?: string): FastifyReply {
  const body = { ...problem(code, retryAfterMs), ...(detail === undefined ? {} : { detail }) };
  return reply
    .code(body.status)
    .headers(problemHeaders(body.status, retryAfterMs))
    .serializer(JSON.stringify)
    .send(body);
}

function path(name: string, value: string): string {
  if (!/^(?:\/[\w.~-]+)+$/.test(value)) throw new TypeError(`${name}: wants a path such as /api/ws, without a query`);
  return value;
}

function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name}: wants a positive integer`);
  return value;
}
