import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Type } from 'typebox';
import { isLoopbackHost } from '../config/origins.ts';
import { security, tags } from '../docs/operations.ts';
import { HttpProblem } from './http-problem.ts';
import type { Metrics } from './metrics.ts';
import { isLoopback } from './network.ts';
import { acceptsOpenMetrics, openMetrics } from './open-metrics.ts';

export interface HealthRoutesOptions {
  /** Whether messages can be stored. */
  readonly storageReady: () => Promise<boolean>;
  readonly draining: () => boolean;
}

const monitoring = { tags: [tags.monitoring], security: security.none };
const statusSchema = (status: string) => Type.Object({ status: Type.Literal(status) }, { examples: [{ status }] });

/** `live` returns 200 while the process responds, `ready` while the server should receive new clients. */
export const healthRoutes: FastifyPluginCallback<HealthRoutesOptions> = (app, { storageReady, draining }, done) => {
  const live = {
    config: { cost: 0 },
    schema: {
      ...monitoring,
      operationId: 'getLiveness',
      summary: 'Tell whether the process responds',
      response: { 200: statusSchema('live') },
    },
  };
  app.get('/health/live', live, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  const ready = {
    config: { cost: 0, problems: ['draining', 'store_unavailable'] },
    schema: {
      ...monitoring,
      operationId: 'getReadiness',
      summary: 'Tell whether the server should receive new clients',
      response: { 200: statusSchema('ready') },
    },
  } as const;
  app.get('/health/ready', ready, async (_request, reply) => {
    if (draining()) throw new HttpProblem('draining', { retryAfterMs: 1_000 });
    if (!(await storageReady())) throw new HttpProblem('store_unavailable', { retryAfterMs: 5_000 });
    return reply.header('cache-control', 'no-store').send({ status: 'ready' });
  });
  done();
};

export interface MetricsRoutesOptions {
  readonly metrics: Metrics;
  /** `METRICS_TOKEN`. Without it, only direct requests from and to a loopback address are permitted. */
  readonly token: string | undefined;
  /** Whether there are exemplars, which only the OpenMetrics format contains. */
  readonly hasExemplars: boolean;
}

/** Serves `GET /metrics` in the Prometheus text format and measures the duration of all requests. */
export const metricsRoutes = fp<MetricsRoutesOptions>(
  (app, { metrics, token, hasExemplars }, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      // The pattern of the route, not the path, so that the number of series is bounded.
      const route = request.routeOptions.url ?? 'none';
      metrics.responses.observe(reply.elapsedTime / 1_000, route, request.method, String(reply.statusCode));
      next();
    });
    const content = {
      'text/plain': { schema: Type.String() },
      'application/openmetrics-text': { schema: Type.String() },
    };
    const route = {
      config: {
        describedResponses: {
          200: {
            description:
              'The metrics in the text format of Prometheus, or in OpenMetrics if traces are on and the client accepts it.',
            content,
          },
        },
      },
      schema: {
        tags: [tags.monitoring],
        operationId: 'getMetrics',
        summary: 'Read the metrics',
        security: security.metrics,
      },
    };
    app.get('/metrics', route, async (request, reply) => {
      allow(request, token);
      reply.header('vary', 'Accept');
      if (hasExemplars && acceptsOpenMetrics(request.headers.accept)) {
        const { type, text } = await openMetrics(metrics.registry);
        return reply.header('cache-control', 'no-store').type(type).send(text);
      }
      return reply
        .header('cache-control', 'no-store')
        .type(metrics.registry.contentType)
        .send(await metrics.registry.metrics());
    });
    done();
  },
  { name: 'metrics', fastify: '5.x' },
);

function allow(request: FastifyRequest, token: string | undefined): void {
  if (token === undefined) {
    if (!isDirectLoopback(request)) throw new HttpProblem('forbidden');
    return;
  }
  const { authorization } = request.headers;
  if (authorization === undefined) throw new HttpProblem('missing_token');
  if (!sameSecret(authorization.replace(/^bearer +/i, ''), token)) throw new HttpProblem('invalid_token');
}

/** Compares hashes in constant time, so that the duration reveals neither length nor content. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

const forwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Returns whether a request comes from this machine, is addressed to it, and was not forwarded by a proxy. In a DNS rebinding attack the
 * header `Host` has the name of the attacker.
 */
function isDirectLoopback({ socket, headers }: FastifyRequest): boolean {
  if (!isLoopback(socket.remoteAddress ?? '') || !isLoopbackHost(headers.host ?? '')) return false;
  return forwarded.every((name) => headers[name] === undefined);
}
