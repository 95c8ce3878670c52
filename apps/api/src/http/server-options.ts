/** Timeouts of HTTP connections, in milliseconds. */
export interface HttpTimeouts {
  /** From the start of a connection or request to the end of the headers. Causes 408. */
  readonly headersMs: number;
  /** From the start of a connection or request to the end of the body. Causes 408. */
  readonly requestMs: number;
  /** Without progress in either direction, for example if the client does not read the response. Destroys the connection. */
  readonly stallMs: number;
  /** Interval of the checks of `headersMs` and `requestMs`. */
  readonly checkMs: number;
}

export const defaultTimeouts: HttpTimeouts = { headersMs: 15_000, requestMs: 30_000, stallMs: 40_000, checkMs: 1_000 };

/**
 * Converts the timeouts to Fastify options. Idle keep-alive connections have Fastify's default `keepAliveTimeout` of 72 seconds, which is
 * longer than the 60 seconds of nginx.
 */
export function serverOptions({ headersMs, requestMs, stallMs, checkMs }: HttpTimeouts): {
  requestTimeout: number;
  connectionTimeout: number;
  http: { headersTimeout: number; connectionsCheckingInterval: number };
} {
  return {
    requestTimeout: requestMs,
    connectionTimeout: stallMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  };
}
