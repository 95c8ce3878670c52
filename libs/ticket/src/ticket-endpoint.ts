import { type IncomingMessage, type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import type { ProblemCode } from '@usher/protocol';
import type { Bursts } from './bursts.ts';
import type { CrossOrigin } from './cross-origin.ts';
import { newReceipt, receiptHeader } from './new-receipt.ts';
import { problemResponse, type TicketCall, ticketHeaders, type TicketRefusal } from './ticket-call.ts';
import { runIn, type TicketTracing, type TracedTicketCall } from './tracing.ts';

/** A completed ticket call, for logs and metrics. Contains no secrets. */
export interface CompletedTicketCall {
  readonly request: IncomingMessage;
  readonly outcome: 'issued' | ProblemCode;
  /** Identifies the call for users and operators, see `newReceipt`. */
  readonly receipt: string;
  /** The caller, if known. */
  readonly user: string | undefined;
  readonly status: number;
  /** From the first read of the request to the end of the response, in milliseconds. */
  readonly ms: number;
}

/** A complete HTTP response, independent of a framework. */
export interface HttpAnswer {
  readonly status: number;
  /** A flat list of names and values. The names are in lower case. */
  readonly headers: string[];
  /** `undefined` for a response without a body. */
  readonly body: string | undefined;
}

export interface TicketEndpointOptions<R> {
  readonly ticketCall: TicketCall<R>;
  readonly ticketPath: string;
  /** Collects the responses with a ticket while many are due. */
  readonly bursts: Bursts;
  /** Defaults to no traces. */
  readonly tracing: TicketTracing | undefined;
  readonly crossOrigin: CrossOrigin;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onTicketCall: ((call: CompletedTicketCall) => void) | undefined;
  /** Receives errors that clients see as `internal` or `store_unavailable`. Must not throw. */
  readonly onError: (error: unknown) => void;
}

/**
 * The HTTP side of the ticket call.
 * @template R the request, as the HTTP framework represents it.
 */
export class TicketEndpoint<R> {
  readonly #options: TicketEndpointOptions<R>;
  /** The headers of a response with a ticket, as a flat list of names and values. */
  readonly #issuedHeaders: readonly string[];

  /** @throws TypeError if a name or value of `headers` is invalid. */
  constructor(options: TicketEndpointOptions<R>) {
    this.#options = options;
    for (const [name, value] of Object.entries(options.headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    this.#issuedHeaders = Object.entries({ ...options.headers, ...issuedHeaders }).flat();
  }

  /**
   * Handles a ticket call. Never rejects.
   *
   * @param raw Node's request below `request`
   * @param send sends the response, before the call is reported
   */
  handle(request: R, raw: IncomingMessage, send: (response: HttpAnswer) => void): Promise<void> {
    const { tracing, ticketPath } = this.#options;
    const traced = tracing?.ticketCall(raw, ticketPath);
    return runIn(traced, () => this.#handle(request, raw, send, traced));
  }

  async #handle(
    request: R,
    raw: IncomingMessage,
    send: (response: HttpAnswer) => void,
    traced: TracedTicketCall | undefined,
  ): Promise<void> {
    const { ticketCall, bursts, onError, onTicketCall } = this.#options;
    const startedAt = performance.now();
    const receipt = newReceipt();
    let outcome: 'issued' | ProblemCode = 'internal';
    let user: string | undefined;
    let response: HttpAnswer | undefined;
    try {
      const result = await ticketCall.run(request, receipt, traced?.traceparent);
      ({ user } = result);
      outcome = result.ok ? 'issued' : result.code;
      if (result.ok) {
        await bursts.next();
        const headers = [...this.#issuedHeaders, receiptHeader, receipt];
        response = this.#complete(raw, 200, headers, JSON.stringify(result.ticket));
      } else {
        if (result.error !== undefined) onError(result.error);
        response = this.refusal(raw, result, { [receiptHeader]: receipt });
      }
    } catch (error) {
      onError(error);
      response = this.refusal(raw, { code: 'internal' }, { [receiptHeader]: receipt });
    }
    try {
      send(response);
    } catch (error) {
      onError(error);
    }
    try {
      onTicketCall?.({
        request: raw,
        outcome,
        receipt,
        user,
        status: response.status,
        ms: performance.now() - startedAt,
      });
    } finally {
      traced?.end({ outcome, receipt });
    }
  }

  /** Returns the response to the preflight (CORS) of a ticket call from an allowed origin, or `undefined` for any other request. */
  preflight(raw: IncomingMessage): HttpAnswer | undefined {
    const headers = this.#options.crossOrigin.preflightHeaders(raw);
    if (headers === undefined) return undefined;
    return { status: 204, headers: [...Object.entries(this.#options.headers).flat(), ...headers], body: undefined };
  }

  /** Returns a problem response. @param extra further headers. */
  refusal(
    raw: IncomingMessage,
    refusal: Omit<TicketRefusal, 'ok'>,
    extra: Readonly<Record<string, string>> = {},
  ): HttpAnswer {
    const { status, headers, body } = problemResponse(refusal);
    return this.#complete(raw, status, Object.entries({ ...this.#options.headers, ...headers, ...extra }).flat(), body);
  }

  #complete(raw: IncomingMessage, status: number, headers: readonly string[], body: string): HttpAnswer {
    const length = String(Buffer.byteLength(body));
    return {
      status,
      headers: [...headers, ...this.#options.crossOrigin.headers(raw), 'content-length', length],
      body,
    };
  }
}

/** Sends a response on the bare server. */
export function sendResponse(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}

const issuedHeaders = { 'content-type': 'application/json; charset=utf-8', ...ticketHeaders };
