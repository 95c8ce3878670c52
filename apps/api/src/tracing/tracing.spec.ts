import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Collector } from '../testing/collector.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

const server = 2;
const producer = 4;
const consumer = 5;
const error = 2;
const key = '00000000-0000-4000-8000-000000000001';
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function tracedApp(env: Readonly<Record<string, string>> = {}): Promise<{ app: TestApp; collector: Collector }> {
  const collector = await Collector.start();
  return { app: await newApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }), collector };
}

/** Requests a ticket with a `traceparent`, connects and joins a room. */
async function connectTraced(app: TestApp): Promise<{ token: string; ticket: string; socket: TestSocket }> {
  const token = await app.signIn('maggie');
  const response = await app.call('GET', '/api/ws_ticket', { token, headers: { traceparent } });
  const ticket = String(response.json?.['ticket']);
  const socket = await app.dial(`?ticket=${ticket}`);
  if (!(socket instanceof TestSocket)) throw new Error('the handshake was refused');
  await socket.data('join', { room: 'general' });
  return { token, ticket, socket };
}

test('a ticket call, its handshake, a request and the deliveries of its message are connected spans without secrets', async () => {
  const { app, collector } = await tracedApp();
  const bart = await app.connect('bart');
  await bart.data('join', { room: 'general' });
  const { token, ticket, socket } = await connectTraced(app);
  await socket.data('send', { room: 'general', key, text: 'a private text' });
  await bart.next('message');
  await app.app.close();

  const [, traceId, parentSpanId] = traceparent.split('-');
  const call = collector.spans.find((span) => span.parentSpanId === parentSpanId);
  expect(call).toMatchObject({
    traceId,
    name: 'GET /api/ws_ticket',
    kind: server,
    attributes: { 'http.route': '/api/ws_ticket', 'http.response.status_code': 200 },
  });
  const handshake = collector.spans.find((span) => span.parentSpanId === call?.spanId);
  expect(handshake).toMatchObject({
    traceId,
    name: 'GET /api/ws',
    kind: server,
    attributes: {
      'http.response.status_code': 101,
      'usher.credential': 'ticket',
      'usher.receipt': call?.attributes['usher.receipt'],
    },
    status: { code: 0 },
  });
  const send = collector.span('send');
  expect(send).toMatchObject({
    kind: server,
    links: [{ traceId, spanId: handshake?.spanId }],
    attributes: { 'rpc.method': 'send' },
  });
  expect(send.parentSpanId).toBeUndefined();
  expect(send.traceId).not.toBe(traceId);
  const messaging = { 'messaging.system': 'usher', 'messaging.destination.name': 'general' };
  expect(collector.span('append message')).toMatchObject({
    traceId: send.traceId,
    parentSpanId: send.spanId,
    kind: producer,
    attributes: { ...messaging, 'usher.seq': 1 },
  });
  expect(collector.span('deliver message')).toMatchObject({
    traceId: send.traceId,
    parentSpanId: send.spanId,
    kind: consumer,
    attributes: { ...messaging, 'usher.seq': 1, 'usher.members': 2 },
  });
  expect(collector.resource).toMatchObject({ 'service.name': 'usher', 'telemetry.sdk.name': 'opentelemetry' });
  const exported = collector.bodies.join('\n');
  for (const secret of [token, token.split('.')[2] ?? '', ticket, 'a private text', 'maggie']) {
    expect(secret).not.toBe('');
    expect(exported).not.toContain(secret);
  }
});

test('a rejected handshake and a rejected ticket call have the status ERROR and the reason', async () => {
  const { app, collector } = await tracedApp();
  const { ticket } = await connectTraced(app);
  expect(await app.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401 });
  expect(await app.dial('')).toMatchObject({ status: 401 });
  await app.call('GET', '/api/ws_ticket');
  await app.app.close();
  const [, traceId] = traceparent.split('-');
  // The store keeps a used ticket, so that its replay is in the trace of its call.
  expect(collector.span('GET /api/ws', { 'usher.refusal': 'used' })).toMatchObject({
    traceId,
    attributes: { 'http.response.status_code': 401, 'error.type': 'invalid_ticket' },
    status: { code: error },
  });
  expect(collector.span('GET /api/ws', { 'usher.refusal': 'missing_ticket' }).status.code).toBe(error);
  expect(collector.span('GET /api/ws_ticket', { 'usher.refusal': 'missing_token' }).status.code).toBe(error);
});

test('an invalid traceparent is ignored', async () => {
  const { app, collector } = await tracedApp();
  const token = await app.signIn();
  for (const invalid of [
    '00-zz',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    'x'.repeat(5_000),
    `${traceparent}-more`,
  ]) {
    await app.call('GET', '/api/ws_ticket', { token, headers: { traceparent: invalid } });
  }
  await app.app.close();
  expect(collector.spans).toHaveLength(4);
  for (const span of collector.spans) expect(span.parentSpanId).toBeUndefined();
});

test('log lines have the trace_id of the active span, and no other lines have one', async () => {
  const { app, collector } = await tracedApp();
  const { socket } = await connectTraced(app);
  await app.dial('');
  socket.ws.close();
  await socket.closed;
  await app.app.close();
  const lines = app.log.map((line) => JSON.parse(line) as { msg: string; trace_id?: string; path?: string });
  const [, traceId] = traceparent.split('-');
  const traced = (msg: string) => lines.filter((line) => line.msg === msg).map((line) => line.trace_id);
  expect(traced('connected')).toEqual([traceId]);
  expect(traced('disconnected')).toEqual([undefined]);
  expect(traced('handshake refused')).toEqual([
    collector.span('GET /api/ws', { 'usher.refusal': 'missing_ticket' }).traceId,
  ]);
  expect(lines.find((line) => line.path === '/api/ws_ticket')?.trace_id).toBe(traceId);
  expect(lines.find((line) => line.path === '/api/auth')).not.toHaveProperty('trace_id');
});

test('the metrics have exemplars if the scraper accepts OpenMetrics', async () => {
  const { app, collector } = await tracedApp();
  const { socket } = await connectTraced(app);
  await socket.data('send', { room: 'general', key, text: 'text' });
  await socket.next('message');
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';
  const open = await app.call('GET', '/metrics', { headers: { accept } });
  expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(open.text).toMatch(/\n# EOF\n$/);
  expect(open.text).toContain('usher_ticket_calls_total{outcome="issued"} 1\n');
  const plain = await app.call('GET', '/metrics');
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(plain.text).toContain('usher_ticket_calls_total{outcome="issued"} 1\n');
  expect(plain.text).not.toContain('trace_id');
  await app.app.close();
  const exemplarOf = (name: string) =>
    new RegExp(`^${name}_bucket\\{.*\\} \\d+ # \\{trace_id="(\\w{32})"\\} `, 'm').exec(open.text)?.[1];
  const [, traceId] = traceparent.split('-');
  expect(exemplarOf('usher_ticket_call_seconds')).toBe(traceId);
  expect(exemplarOf('usher_handshake_seconds')).toBe(traceId);
  const send = collector.span('send');
  expect(exemplarOf('usher_send_to_durable_seconds')).toBe(send.traceId);
  expect(exemplarOf('usher_durable_to_delivered_seconds')).toBe(send.traceId);
});

test('the sampler decides which traces are exported', async () => {
  const { app, collector } = await tracedApp({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
  const { socket } = await connectTraced(app);
  await socket.data('send', { room: 'general', key, text: 'text' });
  await app.app.close();
  expect(collector.spans).toEqual([]);
});

test.each([
  { collector: 'is down', message: 'the last spans were not exported in time' },
  { collector: 'does not respond', hangs: true, message: 'the last spans were not exported in time' },
  { collector: 'rejects them', status: 400, message: 'spans could not be exported to OTEL_EXPORTER_OTLP_ENDPOINT' },
])(
  'a collector that $collector changes no response and does not delay the shutdown',
  async ({ message, ...options }) => {
    const isDown = options.collector === 'is down';
    // Nothing listens on the discard port.
    const url = isDown ? 'http://127.0.0.1:9' : (await Collector.start(options)).url;
    const app = await newApp({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const { socket } = await connectTraced(app);
    expect(await socket.data('send', { room: 'general', key, text: 'text' })).toMatchObject({ seq: 1 });
    await app.app.close();
    const log = app.log.join('');
    expect(log).toContain(message);
    expect(log).not.toContain('"level":"error"');
  },
);

test('OpenTelemetry is loaded only if the endpoint is set', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    // prom-client loads the API, which does nothing without the SDK.
    const count = () => loaded.filter((url) => /@opentelemetry\\/(?!api\\/)/.test(url)).length;
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    const { startTracing } = await import('./tracing.ts');
    await import('../app.ts');
    const config = { otelSdkDisabled: false, otelTracesSampler: 'always_on', otelTracesSamplerArg: 1 };
    await startTracing(config);
    const before = count();
    await startTracing({ ...config, otelExporterOtlpEndpoint: 'http://127.0.0.1:9' });
    const after = count();
    console.log(JSON.stringify({ before, isLoaded: after > 0 }));
    process.exit(0);
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@usher/source', '--input-type=module', '--eval', script],
    { cwd: join(import.meta.dirname), encoding: 'utf8', timeout: 30_000 },
  );
  expect(stderr).not.toContain('Error');
  expect(JSON.parse(stdout)).toEqual({ before: 0, isLoaded: true });
});
