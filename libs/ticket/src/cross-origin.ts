import type { IncomingMessage } from 'node:http';
import { exactOrigins } from './handshake.ts';

/** How long a browser may cache the response to a preflight, in seconds. */
const preflightSeconds = 600;

/** The tracing library of a page adds `traceparent` and `tracestate` (W3C Trace Context). The server ignores the latter. */
const allowedHeaders = 'Authorization, Traceparent, Tracestate';

/**
 * The CORS headers (Fetch Standard §3.3) of the ticket call. Pages of the allowed origins may read its response. It uses no cookies, so
 * `Access-Control-Allow-Credentials` is never sent.
 */
export class CrossOrigin {
  readonly #isAllowed: (origin: string) => boolean;

  /** @throws TypeError if an allowed origin is invalid. */
  constructor(allowedOrigins: readonly string[] | (() => readonly string[])) {
    const origins = exactOrigins(allowedOrigins);
    this.#isAllowed = (origin) => origins().includes(origin);
  }

  /** Returns the headers of a response, as a flat list of names and values. */
  headers({ headers: { origin } }: IncomingMessage): readonly string[] {
    if (origin === undefined) return [];
    const headers = ['vary', 'Origin'];
    if (this.#isAllowed(origin)) {
      headers.push('access-control-allow-origin', origin);
      headers.push('access-control-expose-headers', 'Retry-After, Usher-Receipt');
    }
    return headers;
  }

  /** Returns the headers of the response to a preflight from an allowed origin, or `undefined` for any other request. */
  preflightHeaders({ method, headers }: IncomingMessage): readonly string[] | undefined {
    const { origin } = headers;
    if (method !== 'OPTIONS' || origin === undefined || headers['access-control-request-method'] !== 'GET')
      return undefined;
    if (!this.#isAllowed(origin)) return undefined;
    return [
      ...['vary', 'Origin', 'access-control-allow-origin', origin, 'access-control-allow-methods', 'GET'],
      ...['access-control-allow-headers', allowedHeaders, 'access-control-max-age', String(preflightSeconds)],
    ];
  }
}
