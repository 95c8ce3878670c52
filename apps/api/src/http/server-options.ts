/** How long a connection may take over the parts of HTTP, in milliseconds. */
export interface HttpTimeouts {
  /** From the first byte of a request, or from the start of a connection, to the end of the headers. Then 408. */
  readonly headersMs: number;
  /** The same to the end of the body. */
  readonly requestMs: number;
  /** Without progress in either direction: a client that does not read its answer, for instance. Then the connection is destroyed. */
  readonly stallMs: number;
  /** How often the first two are checked. */
  readonly checkMs: number;
}

export const defaultTimeouts: HttpTimeouts = { headersMs: 15_000, requestMs: 30_000, stallMs: 40_000, checkMs: 1_000 };

/**
 * The timeouts as options of Fastify. An idle keep-alive connection is not affected: it lives for Fastify's `keepAliveTimeout` of
 * 72 seconds, longer than the 60 seconds that nginx keeps one.
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
