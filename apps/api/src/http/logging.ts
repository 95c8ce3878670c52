import type { FastifyBaseLogger } from 'fastify';
import fp from 'fastify-plugin';
import { type DestinationStream, pino, stdSerializers } from 'pino';
import type { LogLevel } from '../config/config.ts';

/** Fields whose values are redacted, on the first two levels of a logged object. */
const secretFields = ['authorization', 'cookie', 'password', 'pwd', 'secret', 'session', 'ticket', 'token'];

/**
 * Patterns of secrets in texts: query parameters, bearer tokens, API keys, JWTs. The app itself never logs secrets. The patterns catch secrets in
 * error messages of libraries.
 */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/((?:ticket|token|pwd|password)=)[^&\s"'\\]+/gi, '$1[redacted]'],
  [/(bearer\s+)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/\busk_[\w-]{8,}/g, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
];

/**
 * Creates the logger: JSON lines without secrets. `stream` defaults to standard output.
 * @param traceId returns the id of the active trace, which is added as `trace_id`; defaults to none
 */
export function createLogger(
  level: LogLevel,
  stream?: DestinationStream,
  traceId?: () => string | undefined,
): FastifyBaseLogger {
  const options = {
    level,
    ...(traceId === undefined ? {} : { mixin: () => ({ trace_id: traceId() }) }),
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Requests are never logged as objects, because headers and URL contain secrets.
    serializers: { err: stdSerializers.err, req: () => undefined, res: () => undefined },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    hooks: {
      streamWrite: (line: string) => {
        let clean = line;
        for (const [shape, instead] of secretTexts) clean = clean.replace(shape, instead);
        return clean;
      },
    },
  };
  return stream === undefined ? pino(options) : pino(options, stream);
}

/** A request and its response, for the log. */
interface CompletedRequest {
  readonly method: string;
  /** The path without query, which may contain secrets. */
  readonly path: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly address: string | undefined;
}

/** Returns the log fields of a completed request. */
export function completedRequest({ ms, ...request }: CompletedRequest): object {
  return { ...request, ms: Math.round(ms * 10) / 10 };
}

/** Logs every completed request of the router with method, path without query, status, duration and address. */
export const requestLog = fp(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      // Session ids must not be logged.
      const pattern = request.routeOptions.url;
      const path = pattern?.includes('/sessions/:') === true ? pattern : request.url.split('?', 1)[0];
      const { method, clientAddress: address } = request;
      const fields = completedRequest({ method, path, status: reply.statusCode, ms: reply.elapsedTime, address });
      // Health probes and static files are frequent and uninteresting.
      const quiet = request.url.startsWith('/api/health/') || !request.url.startsWith('/api/');
      if (quiet && reply.statusCode < 500) request.log.debug(fields, 'request completed');
      else request.log.info(fields, 'request completed');
      next();
    });
    done();
  },
  { name: 'request-log', fastify: '5.x' },
);
