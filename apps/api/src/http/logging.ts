import fp from 'fastify-plugin';
import type { FastifyBaseLogger } from 'fastify';
import { type DestinationStream, pino, stdSerializers } from 'pino';
import type { LogLevel } from '../config/config.ts';

/** Names of fields whose values are secrets, wherever they stand in a logged object's first two levels. */
const secretFields = ['authorization', 'cookie', 'password', 'pwd', 'secret', 'session', 'ticket', 'token'];

/**
 * The shapes of secrets in running text: query parameters, bearer tokens, JWTs. Nothing here should ever find anything:
 * no line of the app is made from a secret. It is for what libraries put into the texts of their errors.
 */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/((?:ticket|token|pwd|password)=)[^&\s"'\\]+/gi, '$1[redacted]'],
  [/(bearer\s+)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
];

/** The log: JSON lines to `stream` (standard output unless told). The one place where secrets are kept out of it. */
export function createLogger(level: LogLevel, stream?: DestinationStream): FastifyBaseLogger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Requests are never logged as objects: their headers and URL are full of secrets.
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

/** One line for every request that was answered: what, how, how long, for whom; the path without its query. */
export const requestLog = fp(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      // A session's id is nothing to be logged.
      const pattern = request.routeOptions.url;
      const path = pattern?.endsWith('/sessions/:id') === true ? pattern : request.url.split('?', 1)[0];
      const fields = {
        method: request.method,
        path,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      };
      // Probes and the files of the page come often and tell little.
      const quiet = request.url.startsWith('/api/health/') || !request.url.startsWith('/api/');
      if (quiet && reply.statusCode < 500) request.log.debug(fields, 'answered');
      else request.log.info(fields, 'answered');
      next();
    });
    done();
  },
  { name: 'request-log', fastify: '5.x' },
);
