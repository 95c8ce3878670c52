import { createHash, timingSafeEqual } from 'node:crypto';
import fp from 'fastify-plugin';
import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { HttpProblem } from './http/http-problem.ts';
import { isLoopback } from './http/network.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** What is counted. Labels come from short fixed lists: never a name, an address or a room. */
export function createMetrics(): {
  readonly registry: Registry;
  readonly handshakes: Counter<'verdict' | 'fault'>;
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
      help: 'WebSocket handshakes judged, by verdict and, for invalid tickets, the true reason',
      labelNames: ['verdict', 'fault'],
      registers,
    }),
    tickets: new Counter({
      name: 'usher_ticket_calls_total',
      help: 'Calls for a ticket, by outcome (issued or a problem code)',
      labelNames: ['outcome'],
      registers,
    }),
    refreshes: new Counter({
      name: 'usher_refreshes_total',
      help: 'Refresh tokens presented, by outcome; reused is one that had been used before',
      labelNames: ['outcome'],
      registers,
    }),
    replays: new Counter({
      name: 'usher_ticket_replays_total',
      help: 'Tickets that came back after they had been used',
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
      help: 'Sessions that were ended, by cause; those that expired are not counted',
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
      help: 'Requests and dropped signals over sockets, by type and outcome (ok, an error code or dropped)',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    appended: new Counter({ name: 'usher_messages_total', help: 'Messages that became durable', registers }),
    deliveries: new Counter({
      name: 'usher_deliveries_total',
      help: 'Messages handed to sockets, one for each member',
      registers,
    }),
    commits: new Histogram({
      name: 'usher_messages_per_commit',
      help: 'Messages that shared one commit',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    answers: new Histogram({
      name: 'usher_http_request_seconds',
      help: 'HTTP requests answered, by route',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
    watchConnections(count) {
      new Gauge({
        name: 'usher_connections',
        help: 'Connections open now',
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
  /** `METRICS_TOKEN`. Without it, only a direct peer on loopback that asks for a loopback host gets an answer. */
  readonly token: string | undefined;
}

/** `GET /metrics` in the Prometheus text format, and the timing of every route. */
export const metricsRoutes = fp<MetricsRoutesOptions>(
  (app, { metrics, token }, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      // The route's pattern, not the path: the number of series stays that of the routes.
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

/** Hashed first, so that neither length nor content shows in the time that it takes. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

const forwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** What `Host` may be. A page that rebinds its own name to 127.0.0.1 sends that name (DNS rebinding). */
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether the peer is a process on this machine that asks for this machine and does not forward the request of another client. */
function isDirectLoopback({ socket, headers }: FastifyRequest): boolean {
  if (!isLoopback(socket.remoteAddress ?? '') || !loopbackHost.test(headers.host ?? '')) return false;
  return forwarded.every((name) => headers[name] === undefined);
}
