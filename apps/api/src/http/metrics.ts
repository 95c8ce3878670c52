import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DurationHistogram } from './duration-histogram.ts';

export interface EventCounterOptions {
  readonly name: string;
  readonly help: string;
  /** One or two names. The second label may be absent. */
  readonly labelNames: readonly [first: string, second?: string];
  readonly registry: Registry;
}

/**
 * A counter whose increments cost a few nanoseconds: prom-client hashes the labels of each increment, and this class only when the metrics
 * are read.
 */
export class EventCounter {
  readonly #counts = new Map<string, Map<string, number>>();

  constructor({ name, help, labelNames, registry }: EventCounterOptions) {
    const counts = this.#counts;
    const [first, second] = labelNames;
    new Counter({
      name,
      help,
      labelNames: labelNames.filter((label) => label !== undefined),
      registers: [registry],
      collect() {
        this.reset();
        for (const [firstValue, values] of counts) {
          for (const [secondValue, count] of values) {
            const isPlain = second === undefined || secondValue === '';
            this.inc(isPlain ? { [first]: firstValue } : { [first]: firstValue, [second]: secondValue }, count);
          }
        }
      },
    });
  }

  /** Counts one event with the values of the labels. */
  count(first: string, second = ''): void {
    let values = this.#counts.get(first);
    if (values === undefined) this.#counts.set(first, (values = new Map<string, number>()));
    values.set(second, (values.get(second) ?? 0) + 1);
  }
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The metrics of the server. Label values come from short fixed lists and never contain users, addresses or rooms.
 * @param traceId returns the id of the active trace, for exemplars; defaults to no exemplars
 */
export function createMetrics(traceId?: () => string | undefined): {
  readonly registry: Registry;
  readonly handshakes: EventCounter;
  readonly tickets: EventCounter;
  readonly refreshes: Counter<'outcome'>;
  readonly replays: Counter;
  readonly refusedConnections: Counter<'reason'>;
  readonly endedSessions: Counter<'cause'>;
  readonly opened: Counter;
  readonly closed: EventCounter;
  readonly requests: EventCounter;
  readonly appended: Counter;
  readonly deliveries: Counter;
  readonly commits: Histogram;
  readonly responses: DurationHistogram;
  readonly ticketDurations: DurationHistogram;
  readonly handshakeDurations: DurationHistogram;
  readonly durableDurations: DurationHistogram;
  readonly deliveryDurations: DurationHistogram;
  readonly watchConnections: (count: () => number) => void;
} {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    handshakes: new EventCounter({
      name: 'usher_handshakes_total',
      help: 'WebSocket handshakes, by outcome and, for invalid tickets, the precise reason',
      labelNames: ['outcome', 'reason'],
      registry,
    }),
    tickets: new EventCounter({
      name: 'usher_ticket_calls_total',
      help: 'Ticket requests, by outcome (issued or a problem code)',
      labelNames: ['outcome'],
      registry,
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
    closed: new EventCounter({
      name: 'usher_connections_closed_total',
      help: 'Connections closed, by close code',
      labelNames: ['code'],
      registry,
    }),
    requests: new EventCounter({
      name: 'usher_socket_requests_total',
      help: 'Requests and signals over sockets, by type and outcome (ok, an error code or dropped)',
      labelNames: ['type', 'outcome'],
      registry,
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
    responses: new DurationHistogram({
      name: 'usher_http_request_seconds',
      help: 'Duration of HTTP requests, by route',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registry,
    }),
    ticketDurations: new DurationHistogram({
      name: 'usher_ticket_call_seconds',
      help: 'Duration of ticket requests, by outcome (issued or refused)',
      labelNames: ['outcome'],
      registry,
      traceId,
    }),
    handshakeDurations: new DurationHistogram({
      name: 'usher_handshake_seconds',
      help: 'From the upgrade request to its outcome (admitted or refused)',
      labelNames: ['outcome'],
      registry,
      traceId,
    }),
    durableDurations: new DurationHistogram({
      name: 'usher_send_to_durable_seconds',
      help: 'From a send, edit or delete request to the durable message',
      labelNames: [],
      registry,
      traceId,
    }),
    deliveryDurations: new DurationHistogram({
      name: 'usher_durable_to_delivered_seconds',
      help: 'From the durable message to its delivery on the same node, for one message of a room at a time',
      labelNames: [],
      registry,
      traceId,
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
