import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { bearerIdentity, ticketGate } from '@usher/ticket/fastify';
import jwt from '@fastify/jwt';
import Fastify from 'fastify';
import { createMemoryTicketStore } from '@usher/ticket';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTelemetryTracing } from './opentelemetry.ts';
import { startNode } from './testing/start-node.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return () => {
    context.disable();
  };
});

/** A tracer and its finished spans. */
function newTracer() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  onTestFinished(() => provider.shutdown());
  const tracer = provider.getTracer('test');
  const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
  return { tracer, tracing: openTelemetryTracing({ tracer }), named };
}

interface Frame {
  readonly type: string;
  readonly id?: number;
}

/** Connects, and sends one request at a time. */
async function connect(port: number, ticket: string) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/api/ws?ticket=${ticket}`, ['usher.v1']);
  onTestFinished(() => {
    ws.terminate();
  });
  const next = (fits: (frame: Frame) => boolean): Promise<Frame> =>
    new Promise((resolve) => {
      const listener = (data: Buffer): void => {
        const frame = JSON.parse(data.toString()) as Frame;
        if (!fits(frame)) return;
        ws.off('message', listener);
        resolve(frame);
      };
      ws.on('message', listener);
    });
  await next(({ type }) => type === 'welcome');
  return (frame: Required<Frame> & Readonly<Record<string, unknown>>): Promise<Frame> => {
    const reply = next(({ id }) => id === frame.id);
    ws.send(JSON.stringify(frame));
    return reply;
  };
}

async function ticketOf(port: number): Promise<string> {
  const headers = { authorization: 'Bearer maggie', traceparent };
  const response = await fetch(`http://127.0.0.1:${port}/api/ws_ticket`, { headers });
  return ((await response.json()) as { ticket: string }).ticket;
}

test('createUsher traces a connection and its requests, and application code runs in the context of their spans', async () => {
  const { tracer, tracing, named } = newTracer();
  const step = (name: string): void => {
    tracer.startSpan(name).end();
  };
  const { port } = await startNode({
    tracing,
    admit: () => {
      step('admit');
      return {};
    },
    authorize: () => {
      step('authorize');
      return 'allowed';
    },
  });
  const ask = await connect(port, await ticketOf(port));
  expect(await ask({ id: 1, type: 'join', room: 'general' })).toMatchObject({ type: 'reply' });
  const key = '00000000-0000-4000-8000-000000000001';
  expect(await ask({ id: 2, type: 'send', room: 'general', key, text: 'hello' })).toMatchObject({ type: 'reply' });
  expect(await ask({ id: 3, type: 'history', room: 'unknown', after: 0 })).toMatchObject({ type: 'error' });

  const [call] = named('GET /api/ws_ticket');
  const [handshake] = named('GET /api/ws');
  expect(call?.spanContext().traceId).toBe(traceId);
  expect(handshake?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  expect(named('admit').map((span) => span.parentSpanContext?.spanId)).toContain(handshake?.spanContext().spanId);
  const requests = ['join', 'send', 'history'].map((name) => named(name));
  for (const [request] of requests) {
    expect(request?.kind).toBe(SpanKind.SERVER);
    expect(request?.parentSpanContext).toBeUndefined();
    expect(request?.links.map(({ context: linked }) => linked.spanId)).toEqual([handshake?.spanContext().spanId]);
  }
  const [[join], [send], [history]] = requests as [ReadableSpan[], ReadableSpan[], ReadableSpan[]];
  expect(named('authorize')[0]?.parentSpanContext?.spanId).toBe(join?.spanContext().spanId);
  expect(history?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not_found' });
  for (const name of ['append message', 'deliver message']) {
    expect(named(name).map((span) => span.parentSpanContext?.spanId)).toEqual([send?.spanContext().spanId]);
  }
});

test('a message of the server is traced from the span of its caller', async () => {
  const { tracer, tracing, named } = newTracer();
  const { usher } = await startNode({ tracing });
  const caller = tracer.startSpan('caller');
  await context.with(trace.setSpan(context.active(), caller), () => usher.rooms.publish('general', 'hello'));
  expect(named('append message')[0]?.parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
});

test('the ticket call of the Fastify plugin is a child of the active span', async () => {
  const { tracer, tracing, named } = newTracer();
  const app = Fastify();
  onTestFinished(() => app.close());
  const request = tracer.startSpan('request of another instrumentation');
  app.addHook('onRequest', (_request, _reply, next) => {
    context.with(trace.setSpan(context.active(), request), next);
  });
  await app.register(jwt, { secret: 'a secret of at least 32 characters' });
  await app.register(ticketGate, {
    store: createMemoryTicketStore(),
    allowedOrigins: [],
    authenticate: bearerIdentity,
    tracing,
  });
  await app.ready();
  const token = app.jwt.sign({ sub: 'maggie', sid: 'session' });
  await app.inject({ url: '/api/ws_ticket', headers: { authorization: `Bearer ${token}` } });
  await app.inject({ url: '/api/ws_ticket' });
  const [issued, refused] = named('GET /api/ws_ticket');
  expect(issued).toMatchObject({ kind: SpanKind.INTERNAL, attributes: { 'http.response.status_code': 200 } });
  expect(issued?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  expect(refused).toMatchObject({
    attributes: { 'http.response.status_code': 401, 'usher.refusal': 'missing_token' },
    status: { code: SpanStatusCode.ERROR },
  });
});
