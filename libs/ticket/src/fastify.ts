import fp from 'fastify-plugin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '@usher/protocol';
import { bearerIdentity } from './authenticate.ts';
import { createGate, type GateAndTicketOptions } from './create-gate.ts';
import type { Gate } from './gate.ts';
import { pathOf } from './handshake.ts';
import { newReceipt, receiptHeader } from './new-receipt.ts';
import { ownUpgrades, watchSiblings } from './own-upgrades.ts';
import { problemResponse, type TicketCall, ticketHeaders, type TicketResult } from './ticket-call.ts';
import { runIn, type TicketTracing } from './tracing.ts';

export { bearerIdentity } from './authenticate.ts';
export type { Gate } from './gate.ts';
export type { AcceptTokens } from './accept-tokens.ts';
export type {
  Admission,
  AdmittedClient,
  HandshakeOutcome,
  HandshakeInfo,
  HandshakeRequest,
  Unavailable,
} from './handshake-outcome.ts';
export type { TicketDenial, TicketHolder } from './hooks.ts';

/**
 * `authenticate` defaults to `request.jwtVerify()` of `@fastify/jwt` with the claims `sub` and `sid`. Its errors without a problem code are
 * passed to the app's error handler.
 */
export type TicketGateOptions = Omit<GateAndTicketOptions<FastifyRequest>, 'authenticate'> &
  Partial<Pick<GateAndTicketOptions<FastifyRequest>, 'authenticate'>>;

declare module 'fastify' {
  interface FastifyInstance {
    /** The gate of this server. Pass `gate.server` to the WebSocket server. */
    readonly gate: Gate;
  }
}

/**
 * Fastify plugin that adds the ticket call and the gate. Routes, plugins and listeners of the app receive only admitted upgrades,
 * whether they are registered before or after this plugin. The ticket call is a route, so the app's hooks apply to it. Without hooks
 * on this call, `ticketGate` of `@usher/ticket/node` with `app.server` is faster: it handles the call before the router.
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
  // WebSockets over HTTP/2 (RFC 8441) do not use upgrades and would bypass the gate.
  if ('http2' in app.initialConfig && app.initialConfig.http2)
    throw new TypeError('invalid http2 server: the gate supports HTTP/1.1 only');
  const { gate, ticketCall, endpoint, ticketPath, upgrades } = createGate<FastifyRequest>(
    { authenticate: bearerIdentity, ...options },
    (error) => {
      app.log.error({ err: error }, 'handshake failed');
    },
  );
  app.decorate('gate', gate);
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
  addTicketRoute(app, ticketPath, { ticketCall, tracing: options.tracing });
  // A hook rather than a route, because the app defines a WebSocket route with this path.
  app.addHook('onRequest', (request, reply, next) => {
    if (request.method === 'GET' && pathOf(request.raw.url ?? '') === endpoint && !gate.hasAdmitted(request.raw)) {
      sendProblem(reply.headers({ upgrade: 'websocket', connection: 'upgrade, close' }), { code: 'upgrade_required' });
      return;
    }
    next();
  });
}

function addTicketRoute(
  app: FastifyInstance,
  path: string,
  parts: { readonly ticketCall: TicketCall<FastifyRequest>; readonly tracing: TicketTracing | undefined },
): void {
  // Fastify's automatic HEAD route would issue a ticket and not return it.
  app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
    const receipt = newReceipt();
    // Set before the call, so that responses of the app's error handler contain it too.
    reply.header(receiptHeader, receipt);
    const result = await runTicketCall(parts, request, { path, receipt });
    if (result.ok) return reply.headers(ticketHeaders).send(result.ticket);
    if (result.error !== undefined) request.log.error({ err: result.error }, 'no ticket issued');
    return sendProblem(reply, result);
  });
}

/** Handles a ticket call, and traces it if there is `tracing`. */
async function runTicketCall(
  {
    ticketCall,
    tracing,
  }: { readonly ticketCall: TicketCall<FastifyRequest>; readonly tracing: TicketTracing | undefined },
  request: FastifyRequest,
  { path, receipt }: { readonly path: string; readonly receipt: string },
): Promise<TicketResult> {
  const traced = tracing?.ticketCall(request.raw, path);
  let outcome: 'issued' | ProblemCode = 'internal';
  try {
    const result = await runIn(traced, () => ticketCall.run(request, receipt, traced?.traceparent));
    outcome = result.ok ? 'issued' : result.code;
    return result;
  } finally {
    traced?.end({ outcome, receipt });
  }
}

function sendProblem(
  reply: FastifyReply,
  refusal: {
    readonly code: ProblemCode;
    readonly retryAfterMs?: number | undefined;
    readonly detail?: string | undefined;
  },
): FastifyReply {
  const { status, headers, body } = problemResponse(refusal);
  return reply.code(status).headers(headers).send(body);
}
