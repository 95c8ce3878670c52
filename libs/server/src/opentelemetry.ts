/** Traces of OpenTelemetry for `createUsher`, `ticketGate`, `createConnections` and `createRooms`. Requires `@opentelemetry/api`. */
import {
  type Attributes,
  context,
  type Context,
  createContextKey,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { IncomingMessage } from 'node:http';
import { problem, type ProblemCode } from '@usher/protocol';
import type { Connection, RealtimeTracing, TracedOperation } from '@usher/realtime';
import type { TicketTracing } from '@usher/ticket/node';

/** Traces tickets, handshakes, requests and messages. */
export type Tracing = TicketTracing & RealtimeTracing;

export interface OpenTelemetryOptions {
  /** Creates the spans. Defaults to the tracer `@usher/server` of the global tracer provider. */
  readonly tracer?: Tracer;
}

/** The value of `messaging.system`. */
const system = 'usher';

/**
 * Returns the option `tracing`. It creates these spans, named after the semantic conventions for HTTP and messaging where they exist:
 *
 * - `GET <ticket path>`: a ticket call. Its parent is the active span, or the `traceparent` of the request.
 * - `GET <endpoint>`: a handshake. Its parent is the span of the ticket call, because a ticket is used once and within seconds.
 * - the type of a request, such as `send`: a request over a socket. It is the root of a new trace with a link to the span of the handshake,
 *   because a connection is open for hours.
 * - `append message` and `deliver message`: a message until it is durable, and from then on until it was passed to the sockets of its members
 *   on each node.
 *
 * The attributes contain no ticket, token, cookie, query, user, address or text of a message. A failed operation has the status `ERROR` and
 * the attribute `error.type`; a rejected ticket call or handshake also has `usher.refusal`.
 */
export function openTelemetryTracing({
  tracer = trace.getTracer('@usher/server'),
}: OpenTelemetryOptions = {}): Tracing {
  return new OpenTelemetryTracing(tracer);
}

class OpenTelemetryTracing implements Tracing {
  readonly #tracer: Tracer;
  /** The span of the handshake of each open connection. */
  readonly #handshakes = new WeakMap<Connection, SpanContext>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  ticketCall: Tracing['ticketCall'] = (request, path) => {
    const active = activeContext();
    const span = this.#tracer.startSpan(
      `GET ${path}`,
      {
        // If there is an active span, another instrumentation has already created that of the HTTP request.
        kind: active === undefined ? SpanKind.SERVER : SpanKind.INTERNAL,
        attributes: attributesOf(request, path),
      },
      active ?? remoteContext(headerValue(request, 'traceparent')),
    );
    return {
      traceparent: traceparentOf(span.spanContext()),
      ...operation(
        span,
        ({ outcome, receipt }: { readonly outcome: 'issued' | ProblemCode; readonly receipt: string }) => {
          span.setAttribute('usher.receipt', receipt);
          if (outcome === 'issued') span.setAttribute('http.response.status_code', 200);
          else refused(span, outcome, outcome);
        },
      ),
    };
  };

  handshake: Tracing['handshake'] = ({ request, endpoint, startedAt, traceparent }) => {
    const span = this.#tracer.startSpan(
      `GET ${endpoint}`,
      {
        kind: SpanKind.SERVER,
        startTime: performance.timeOrigin + startedAt,
        attributes: attributesOf(request, endpoint),
      },
      remoteContext(traceparent ?? headerValue(request, 'traceparent')),
    );
    return operation(span, ({ outcome, reason, credential, claims }) => {
      if (credential !== undefined) span.setAttribute('usher.credential', credential);
      if (claims?.receipt !== undefined) span.setAttribute('usher.receipt', claims.receipt);
      if (outcome === 'admitted') span.setAttribute('http.response.status_code', 101);
      else if (outcome === 'gone') failed(span, 'gone');
      else refused(span, outcome, reason ?? outcome);
    });
  };

  opened(connection: Connection): void {
    const handshake = activeSpanContext();
    if (handshake !== undefined) this.#handshakes.set(connection, handshake);
  }

  request(type: string, connection: Connection): TracedOperation<string> {
    const handshake = this.#handshakes.get(connection);
    const links: Link[] = handshake === undefined ? [] : [{ context: handshake }];
    const span = this.#tracer.startSpan(
      type,
      {
        kind: SpanKind.SERVER,
        links,
        attributes: { 'rpc.system.name': system, 'rpc.method': type, 'usher.connection': connection.id },
      },
      ROOT_CONTEXT,
    );
    return operation(span, (outcome) => {
      if (outcome !== 'ok') failed(span, outcome);
    });
  }

  append: Tracing['append'] = (room) => {
    const span = this.#tracer.startSpan(
      'append message',
      { kind: SpanKind.PRODUCER, attributes: messaging('send', room) },
      activeContext() ?? ROOT_CONTEXT,
    );
    return operation(span, ({ seq, error }) => {
      if (seq !== undefined) span.setAttribute('usher.seq', seq);
      if (error !== undefined) failed(span, codeOf(error));
    });
  };

  deliver: Tracing['deliver'] = ({ room, seq, traceparent }) => {
    const span = this.#tracer.startSpan(
      'deliver message',
      { kind: SpanKind.CONSUMER, attributes: { ...messaging('process', room), 'usher.seq': seq } },
      traceparent === undefined ? (activeContext() ?? ROOT_CONTEXT) : remoteContext(traceparent),
    );
    return operation(span, ({ members }) => {
      span.setAttribute('usher.members', members);
    });
  };

  traceparent(): string | undefined {
    const active = activeSpanContext();
    return active === undefined ? undefined : traceparentOf(active);
  }
}

/** Returns the operation of a span. @param describe sets the attributes of the result */
function operation<R>(span: Span, describe: (result: R) => void): TracedOperation<R> {
  const state = { ended: false };
  const active = trace.setSpan(context.active(), span).setValue(stateKey, state);
  return {
    run: (work) => context.with(active, work),
    end(result) {
      describe(result);
      span.end();
      state.ended = true;
    },
  };
}

/** The key of the state of an operation in its context. */
const stateKey = createContextKey('usher operation');

/** Returns the active context if it has a span, unless its operation has ended: timers keep the context in which they were created. */
function activeContext(): Context | undefined {
  const active = context.active();
  const state = active.getValue(stateKey) as { readonly ended: boolean } | undefined;
  return state?.ended === true || trace.getSpan(active) === undefined ? undefined : active;
}

function activeSpanContext(): SpanContext | undefined {
  const active = activeContext();
  return active === undefined ? undefined : trace.getSpanContext(active);
}

/** The attributes of an HTTP request. The query and the headers may contain secrets. */
function attributesOf({ socket }: IncomingMessage, path: string): Attributes {
  return {
    'http.request.method': 'GET',
    'http.route': path,
    'url.path': path,
    'url.scheme': 'encrypted' in socket ? 'https' : 'http',
  };
}

function messaging(operationType: 'send' | 'process', room: string): Attributes {
  return {
    'messaging.system': system,
    'messaging.operation.type': operationType,
    'messaging.operation.name': operationType === 'send' ? 'append' : 'deliver',
    'messaging.destination.name': room,
  };
}

/**
 * The HTTP conventions set no `ERROR` on a server span for 4xx. A rejection is marked as one nevertheless, because browsers hide its status and its reason.
 */
function refused(span: Span, code: ProblemCode, reason: string): void {
  span.setAttribute('http.response.status_code', problem(code).status);
  span.setAttribute('usher.refusal', reason);
  failed(span, code);
}

function failed(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

/** The code of an error, which is from a fixed list. Its message may contain secrets. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}

/** Returns a header, or `undefined` if it is absent or repeated. */
function headerValue({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}

/** Returns a context whose span is `traceparent`, or the root context if it is absent or invalid (W3C Trace Context §3.2). */
function remoteContext(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent ?? '') ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
