import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { ProblemCode } from '@usher/protocol';
import { createGate, type GateAndTicketOptions } from './create-gate.ts';
import { CrossOrigin } from './cross-origin.ts';
import type { Gate } from './gate.ts';
import { pathOf } from './handshake.ts';
import { newReceipt, receiptHeader } from './new-receipt.ts';
import { ownUpgrades, watchSiblings } from './own-upgrades.ts';
import { problemResponse, type TicketCall, ticketHeaders, type TicketRefusal } from './ticket-call.ts';

export type { Gate } from './gate.ts';
export type {
  Admission,
  AdmittedClient,
  HandshakeOutcome,
  HandshakeInfo,
  HandshakeRequest,
  Unavailable,
} from './handshake-outcome.ts';
export type { TicketDenial, TicketHolder } from './hooks.ts';

/** A completed ticket call, for logs and metrics. Contains no secrets. */
export interface CompletedTicketCall {
  readonly request: IncomingMessage;
  readonly outcome: 'issued' | ProblemCode;
  /** Names the call for people, see `newReceipt`. */
  readonly receipt: string;
  /** The caller, if known. */
  readonly user: string | undefined;
  readonly status: number;
  /** From the first read of the request to the end of the response, in milliseconds. */
  readonly ms: number;
}

export interface NodeTicketGateOptions extends GateAndTicketOptions<IncomingMessage> {
  /** Receives errors that clients see as `internal` or `store_unavailable`. Defaults to `console`. */
  readonly log?: { error(fields: object, message: string): void };
  /** Headers of every answer to a ticket call, such as security headers. Defaults to none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called after each ticket call. Must not throw. Defaults to nothing. */
  readonly onTicketCall?: (call: CompletedTicketCall) => void;
}

/**
 * Adds the ticket call and the gate to an HTTP server of Node, with any framework on it. Both are answered before the framework sees the
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
  // WebSockets over HTTP/2 (RFC 8441) do not use upgrades and would bypass the gate.
  if (!isHttp1(server)) throw new TypeError('invalid server: must be an HTTP/1.1 server of node:http or node:https');
  if (typeof (options.authenticate as unknown) !== 'function')
    throw new TypeError('invalid authenticate: must be a function that returns the user and session of a request');
  const { log = console } = options;
  const { gate, ticketCall, endpoint, ticketPath, upgrades } = createGate<IncomingMessage>(options, (error) => {
    log.error({ err: error }, 'handshake failed');
  });
  const ticketEndpoint = new TicketEndpoint(ticketCall, options, (error) => {
    log.error({ err: error }, 'no ticket issued');
  });
  const owned = {
    ...upgrades,
    answer(request: IncomingMessage, response: ServerResponse): boolean {
      const path = pathOf(request.url ?? '');
      if (path === ticketPath) return ticketEndpoint.handle(request, response);
      if (path !== endpoint || request.method !== 'GET') return false;
      ticketEndpoint.refuse(request, response, upgradeRequired, { upgrade: 'websocket', connection: 'upgrade, close' });
      return true;
    },
  };
  ownUpgrades(server, owned);
  const stopWatching = watchSiblings(server, (sibling) => {
    ownUpgrades(sibling, owned);
  });
  server.once('close', stopWatching);
  return gate;
}

function isHttp1(server: unknown): boolean {
  return server instanceof HttpServer || server instanceof HttpsServer;
}

/** Answers the ticket call on the bare server. */
class TicketEndpoint {
  readonly #ticketCall: TicketCall<IncomingMessage>;
  readonly #onError: (error: unknown) => void;
  readonly #onTicketCall: ((call: CompletedTicketCall) => void) | undefined;
  readonly #crossOrigin: CrossOrigin;
  readonly #headers: Readonly<Record<string, string>>;
  /** The headers of an answer with a ticket, as a flat list of names and values. */
  readonly #issuedHeaders: readonly string[];

  constructor(
    ticketCall: TicketCall<IncomingMessage>,
    { allowedOrigins, headers = {}, onTicketCall }: NodeTicketGateOptions,
    onError: (error: unknown) => void,
  ) {
    this.#ticketCall = ticketCall;
    this.#onError = onError;
    this.#onTicketCall = onTicketCall;
    this.#crossOrigin = new CrossOrigin(allowedOrigins);
    this.#headers = headers;
    this.#issuedHeaders = Object.entries({ ...headers, ...issuedHeaders }).flat();
  }

  /** Returns whether the request is a ticket call or its preflight. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method === 'GET') {
      void this.#answer(request, response, performance.now());
      return true;
    }
    const preflight = this.#crossOrigin.preflightHeaders(request);
    if (preflight === undefined) return false;
    response.writeHead(204, [...Object.entries(this.#headers).flat(), ...preflight]).end();
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, startedAt: number): Promise<void> {
    const receipt = newReceipt();
    let outcome: 'issued' | ProblemCode = 'internal';
    let user: string | undefined;
    try {
      const answer = await this.#ticketCall.answer(request, receipt);
      ({ user } = answer);
      if (answer.ok) {
        outcome = 'issued';
        const headers = [...this.#issuedHeaders, receiptHeader, receipt];
        this.#send(request, response, 200, headers, JSON.stringify(answer.ticket));
      } else {
        outcome = answer.code;
        if (answer.error !== undefined) this.#onError(answer.error);
        this.refuse(request, response, answer, { [receiptHeader]: receipt });
      }
    } catch (error) {
      this.#onError(error);
      if (!response.headersSent) this.refuse(request, response, { code: 'internal' }, { [receiptHeader]: receipt });
    }
    const { statusCode: status } = response;
    this.#onTicketCall?.({ request, outcome, receipt, user, status, ms: performance.now() - startedAt });
  }

  /** Sends a problem response. @param extra further headers. */
  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    refusal: Omit<TicketRefusal, 'ok'>,
    extra: Readonly<Record<string, string>> = {},
  ): void {
    const { status, headers, body } = problemResponse(refusal);
    this.#send(request, response, status, Object.entries({ ...this.#headers, ...headers, ...extra }).flat(), body);
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: readonly string[],
    body: string,
  ): void {
    response.writeHead(status, [
      ...headers,
      ...this.#crossOrigin.headers(request),
      'content-length',
      String(Buffer.byteLength(body)),
    ]);
    response.end(body);
  }
}

const upgradeRequired = { code: 'upgrade_required' } as const;
const issuedHeaders = { 'content-type': 'application/json; charset=utf-8', ...ticketHeaders };
