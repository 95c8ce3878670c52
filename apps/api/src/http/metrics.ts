import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { isLoopbackHost } from '../config/origins.ts';
import { HttpProblem } from './http-problem.ts';
import { isLoopback } from './network.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of the server. Label values come from short fixed lists and never contain users, addresses or rooms. */
export function createMetrics(): {
  readonly registry: Registry;
  readonly handshakes: Counter<'outcome' | 'reason'>;
  readonly tickets: Counter<'outcome'>;
  readonly refreshes: Counter<'outcome'>;
  readonly replays: Counter;
  readonly refusedConnections: Counter<'reason'>;
  readonly endedSessions: Counter<'cause'>;
  readonly opened: Counter;
  readonly closed: Counter<'code'>;
  readonly requests: Counter<'type' | 'outcome'>;
  readonly appended: Counter;
  readonly deliveries: Counter;
  readonly commits: Histogram;
  readonly answers: Histogram<'route' | 'method' | 'status'>;
  readonly watchConnections: (count: () => number) => void;
} {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    handshakes: new Counter({
      name: 'usher_handshakes_total',
      help: 'WebSocket handshakes, by outcome and, for invalid tickets, the precise reason',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    tickets: new Counter({
      name: 'usher_ticket_calls_total',
      help: 'Ticket requests, by outcome (issued or a problem code)',
      labelNames: ['outcome'],
      registers,
    }),
    refreshes: new Counter({
      name: 'usher_refreshes_total',
      help: 'Refresh tokens presented, by outcome (reused: the token was consumed before)',
      labelNames: ['outcome'],
      registers,
    }),
    replays: new Counter({
      name: 'usher_ticket_replays_total',
      help: 'Consumed tickets that were presented again',
      registers,
    }),
    refusedConnections: new Counter({
      name: 'usher_tcp_connections_refused_total',
      help: 'TCP connections refused, by limit: total (of the server or of its open files) or network (of one address)',
      labelNames: ['reason'],
      registers,
    }),
    endedSessions: new Counter({
      name: 'usher_sessions_ended_total',
      help: 'Sessions revoked, by cause; expired sessions are not counted',
      labelNames: ['cause'],
      registers,
    }),
    opened: new Counter({ name: 'usher_connections_opened_total', help: 'Connections opened', registers }),
    closed: new Counter({
      name: 'usher_connections_closed_total',
      help: 'Connections closed, by close code',
      labelNames: ['code'],
      registers,
    }),
    requests: new Counter({
      name: 'usher_socket_requests_total',
      help: 'Requests and signals over sockets, by type and outcome (ok, an error code or dropped)',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    appended: new Counter({ name: 'usher_messages_total', help: 'Messages stored', registers }),
    deliveries: new Counter({
      name: 'usher_deliveries_total',
      help: 'Messages delivered to sockets, one per member',
      registers,
    }),
    commits: new Histogram({
      name: 'usher_messages_per_commit',
      help: 'Messages per commit',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    answers: new Histogram({
      name: 'usher_http_request_seconds',
      help: 'Duration of HTTP requests, by route',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
    watchConnections(count) {
      new Gauge({
        name: 'usher_connections',
        help: 'Open connections',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
  };
}

export interface MetricsRoutesOptions {
  readonly metrics: Metrics;
  /** `METRICS_TOKEN`. Without it, only direct requests from and to a loopback address are permitted. */
  readonly token: string | undefined;
}

/** Serves `GET /metrics` in the Prometheus text format and measures the duration of all requests. */
export const metricsRoutes = fp<MetricsRoutesOptions>(
  (app, { metrics, token }, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      // The pattern of the route, not the path, so that the number of series is bounded.
      const route = request.routeOptions.url ?? 'none';
      metrics.answers.observe({ route, method: request.method, status: reply.statusCode }, reply.elapsedTime / 1000);
      next();
    });
    app.get('/metrics', async (request, reply) => {
      allow(request, token);
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
