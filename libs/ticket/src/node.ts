import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Bursts } from './bursts.ts';
import { createGate, type GateAndTicketOptions } from './create-gate.ts';
import { CrossOrigin } from './cross-origin.ts';
import type { Gate } from './gate.ts';
import { pathOf } from './handshake.ts';
import { ownUpgrades, watchSiblings } from './own-upgrades.ts';
import { type CompletedTicketCall, type HttpAnswer, sendResponse, TicketEndpoint } from './ticket-endpoint.ts';

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

export type { CompletedTicketCall, HttpAnswer } from './ticket-endpoint.ts';
export type {
  TicketTracing,
  TracedHandshakeResult,
  TracedHandshakeStart,
  TracedOperation,
  TracedTicketCall,
  TracedTicketResult,
} from './tracing.ts';

/** @template R the request of the ticket call, as the HTTP framework represents it. */
export interface NodeTicketGateOptions<R = IncomingMessage> extends GateAndTicketOptions<R> {
  /** Receives errors that clients see as `internal` or `store_unavailable`. Defaults to `console`. */
  readonly log?: { error(fields: object, message: string): void };
  /** Headers of every response to a ticket call, such as security headers. Defaults to none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called after each ticket call. Must not throw. Defaults to nothing. */
  readonly onTicketCall?: ((call: CompletedTicketCall) => void) | undefined;
}

/**
 * A gate whose ticket call is a route of an HTTP framework, so that its middleware applies to it.
 * @template R the request of the ticket call, as the framework represents it.
 */
export interface FrameworkGate<R> {
  readonly gate: Gate;
  readonly endpoint: string;
  readonly ticketPath: string;
  /**
   * Handles a ticket call: `GET` on `ticketPath`. Never rejects.
   *
   * @param raw Node's request below `request`
   * @param send sends the response. An error that it throws is logged.
   */
  answer(request: R, raw: IncomingMessage, send: (answer: HttpAnswer) => void): Promise<void>;
  /** Returns the response to the preflight (CORS) of a ticket call from an allowed origin, or `undefined` for any other request. */
  preflight(raw: IncomingMessage): HttpAnswer | undefined;
  /**
   * Takes over all upgrades of a server.
   * @throws TypeError unless it is an HTTP/1.1 server of node:http or node:https
   */
  attach(server: HttpServer | HttpsServer): void;
}

/**
 * Creates a gate for an adapter of an HTTP framework: it owns the upgrades of the servers that are passed to `attach`, and the adapter
 * connects `answer` to the router.
 *
 * @throws TypeError or RangeError if an option is invalid. The message names the option.
 */
export function frameworkGate<R>(options: NodeTicketGateOptions<R>): FrameworkGate<R> {
  const { gate, endpoint, ticketPath, ticketEndpoint, own } = createNodeGate(options);
  return {
    gate,
    endpoint,
    ticketPath,
    answer: (request, raw, send) => ticketEndpoint.handle(request, raw, send),
    preflight: (raw) => ticketEndpoint.preflight(raw),
    attach: (server) => {
      own(server, () => false);
    },
  };
}

/** A gate that handles the ticket call itself, before any framework sees the request. */
export interface NodeGate {
  readonly gate: Gate;
  /**
   * Takes over all upgrades and ticket calls of a server. May be called for several servers.
   * @throws TypeError unless it is an HTTP/1.1 server of node:http or node:https
   */
  attach(server: HttpServer | HttpsServer): void;
}

/**
 * Creates the gate of `ticketGate` before there is a server.
 * @throws TypeError or RangeError if an option is invalid. The message names the option.
 */
export function nodeGate(options: NodeTicketGateOptions): NodeGate {
  const { gate, ticketPath, ticketEndpoint, own } = createNodeGate(options);
  const handleTicketCall: RequestHandler = (request, response, path) => {
    if (path !== ticketPath) return false;
    if (request.method === 'GET') {
      void ticketEndpoint.handle(request, request, (result) => {
        sendResponse(response, result);
      });
      return true;
    }
    const preflight = ticketEndpoint.preflight(request);
    if (preflight !== undefined) sendResponse(response, preflight);
    return preflight !== undefined;
  };
  return {
    gate,
    attach: (server) => {
      own(server, handleTicketCall);
    },
  };
}

/**
 * Adds the ticket call and the gate to an HTTP server of Node, with any framework on it. Both are handled before the framework sees the
 * request: its routes and middleware receive neither ticket calls nor upgrades.
 *
 * Pages of other origins may call it with a token (CORS) if their origin is in `allowedOrigins`.
 *
 * Connect a WebSocket server to `gate.server`, which emits `upgrade` for admitted requests only. Call `gate.close()` before the server
 * closes, so that clients connect to another node.
 *
 * @throws TypeError or RangeError if an option is invalid. The message names the option.
 */
export function ticketGate(server: HttpServer | HttpsServer, options: NodeTicketGateOptions): Gate {
  requireHttp1(server);
  const created = nodeGate(options);
  created.attach(server);
  return created.gate;
}

/** Returns whether it handles the request. */
type RequestHandler = (request: IncomingMessage, response: ServerResponse, path: string | undefined) => boolean;

function createNodeGate<R>(options: NodeTicketGateOptions<R>) {
  if (typeof (options.authenticate as unknown) !== 'function')
    throw new TypeError('invalid authenticate: must be a function that returns the user and session of a request');
  const { log = console, headers = {}, onTicketCall, allowedOrigins, tracing } = options;
  const { gate, ticketCall, endpoint, ticketPath, upgrades } = createGate<R>(options, (error) => {
    log.error({ err: error }, 'handshake failed');
  });
  const ticketEndpoint = new TicketEndpoint({
    ticketCall,
    ticketPath,
    bursts: new Bursts(),
    tracing,
    crossOrigin: new CrossOrigin(allowedOrigins),
    headers,
    onTicketCall,
    onError: (error) => {
      log.error({ err: error }, 'no ticket issued');
    },
  });
  const own = (server: HttpServer | HttpsServer, handleOther: RequestHandler): void => {
    requireHttp1(server);
    const owned = {
      ...upgrades,
      handle(request: IncomingMessage, response: ServerResponse): boolean {
        const path = pathOf(request.url ?? '');
        if (path !== endpoint || request.method !== 'GET') return handleOther(request, response, path);
        const extra = { upgrade: 'websocket', connection: 'upgrade, close' };
        sendResponse(response, ticketEndpoint.refusal(request, { code: 'upgrade_required' }, extra));
        return true;
      },
    };
    ownUpgrades(server, owned);
    const stopWatching = watchSiblings(server, (sibling) => {
      ownUpgrades(sibling, owned);
    });
    server.once('close', stopWatching);
  };
  return { gate, endpoint, ticketPath, ticketEndpoint, own };
}

/** WebSockets over HTTP/2 (RFC 8441) do not use upgrades and would bypass the gate. */
function requireHttp1(server: unknown): void {
  if (!(server instanceof HttpServer || server instanceof HttpsServer))
    throw new TypeError('invalid server: must be an HTTP/1.1 server of node:http or node:https');
}
