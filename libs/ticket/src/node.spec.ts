import Fastify from 'fastify';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import {
  type CompletedTicketCall,
  type Gate,
  type HandshakeOutcome,
  type NodeTicketGateOptions,
  ticketGate,
} from './node.ts';
import { allowedOrigin, sendHandshake } from './testing/gate-server.ts';

interface NodeServer {
  readonly server: Server;
  readonly gate: Gate;
  readonly port: number;
  /** The requests that reached the app: method and path. */
  readonly seen: string[];
  readonly calls: CompletedTicketCall[];
  readonly logged: unknown[];
  readonly call: (path: string, init?: RequestInit) => Promise<Response>;
  readonly ticket: () => Promise<string>;
}

const bearer = { authorization: 'Bearer maggie' };

function problem(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function authenticate({ headers }: IncomingMessage): { user: string; session: string } {
  if (headers.authorization === undefined) throw problem('missing_token');
  if (headers.authorization !== bearer.authorization) throw problem('invalid_token');
  return { user: 'maggie', session: 'session-1' };
}

/** Starts a plain HTTP server with the gate. Its own listener responds to everything with 200. It is closed when the test finishes. */
async function start(options: Partial<NodeTicketGateOptions> = {}): Promise<NodeServer> {
  const seen: string[] = [];
  const calls: CompletedTicketCall[] = [];
  const logged: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end('app');
  });
  const gate = ticketGate(server, {
    store: createMemoryTicketStore(),
    allowedOrigins: [allowedOrigin],
    authenticate,
    onTicketCall: (call) => calls.push(call),
    log: { error: (fields, message) => logged.push({ ...fields, message }) },
    ...options,
  });
  const sockets = new WebSocketServer({ noServer: true });
  gate.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    sockets.handleUpgrade(request, socket as never, head as Buffer, (ws) => {
      ws.send('hello');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const call = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return {
    ...{ server, gate, port, seen, calls, logged, call },
    async ticket() {
      const response = await call('/api/ws_ticket', { headers: bearer });
      return ((await response.json()) as { ticket: string }).ticket;
    },
  };
}

describe('the ticket call on the bare server', () => {
  test('issues a ticket that opens one socket, and neither request reaches the app', async () => {
    const { port, seen, calls, call } = await start({ headers: { 'x-content-type-options': 'nosniff' } });
    const response = await call('/api/ws_ticket', { headers: bearer });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const { ticket, connectAfterMs } = (await response.json()) as { ticket: string; connectAfterMs: number };
    expect(connectAfterMs).toBe(0);
    expect((await sendHandshake(port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
    expect((await sendHandshake(port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
    expect(seen).toEqual([]);
    expect(calls).toMatchObject([{ outcome: 'issued', status: 200, ms: expect.any(Number) as unknown }]);
  });

  test.each([
    ['no token', {}, 'missing_token'],
    ['another token', { authorization: 'Bearer bart' }, 'invalid_token'],
  ])('refuses %s with 401 and the reason', async (_name, headers, code) => {
    const { call, calls } = await start();
    const response = await call('/api/ws_ticket', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code, status: 401 });
    expect(calls).toMatchObject([{ outcome: code, status: 401 }]);
  });

  test('names each call by a receipt, which the ticket carries to the handshake', async () => {
    const outcomes: HandshakeOutcome[] = [];
    const refusingUser = Object.assign(problem('user_disabled'), { user: 'bart' });
    const { port, calls, call } = await start({
      onHandshake: (outcome) => outcomes.push(outcome),
      authenticate(request) {
        if (request.headers.authorization === 'Bearer bart') throw refusingUser;
        return authenticate(request);
      },
    });
    const receipts: (string | null)[] = [];
    let ticket = '';
    for (const headers of [bearer, { authorization: 'Bearer bart' }, {}]) {
      const response = await call('/api/ws_ticket', { headers });
      receipts.push(response.headers.get('usher-receipt'));
      const body = (await response.json()) as { ticket?: string };
      ticket ||= body.ticket ?? '';
      expect(JSON.stringify(body)).not.toContain('bart');
    }
    expect(calls).toMatchObject([
      { outcome: 'issued', user: 'maggie', receipt: receipts[0] },
      { outcome: 'user_disabled', user: 'bart', receipt: receipts[1] },
      { outcome: 'missing_token', user: undefined, receipt: receipts[2] },
    ]);
    expect(new Set(receipts).size).toBe(3);
    await sendHandshake(port, `/api/ws?ticket=${ticket}`);
    const replay = await sendHandshake(port, `/api/ws?ticket=${ticket}`);
    expect(outcomes).toMatchObject([
      { outcome: 'admitted', claims: { receipt: receipts[0] } },
      { outcome: 'invalid_ticket', reason: 'used', claims: { receipt: receipts[0] } },
    ]);
    // The response to every invalid ticket has the same bytes.
    expect(replay.raw).not.toContain(receipts[0]);
    expect(replay.raw).not.toMatch(/receipt/i);
  });

  test('names a call that fails by a receipt', async () => {
    const { call, calls } = await start({ authenticate: () => Promise.reject(new Error('broken')) });
    const response = await call('/api/ws_ticket', { headers: bearer });
    expect(response.status).toBe(500);
    expect(calls).toMatchObject([{ outcome: 'internal', receipt: response.headers.get('usher-receipt') }]);
  });

  test('sends each header once, even if the app sets the same one', async () => {
    const { call } = await start({ headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'private' } });
    for (const headers of [bearer, {}]) {
      const response = await call('/api/ws_ticket', { headers });
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('returns 500 without the message of an unexpected error, and logs it', async () => {
    const { call, logged, calls } = await start({
      authenticate: () => Promise.reject(new Error('key server is down')),
    });
    const response = await call('/api/ws_ticket', { headers: bearer });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('key server');
    expect(logged).toMatchObject([{ err: new Error('key server is down'), message: 'no ticket issued' }]);
    expect(calls).toMatchObject([{ outcome: 'internal', status: 500 }]);
  });

  test('returns 503 if the app does not authenticate in time', async () => {
    const { call } = await start({ authenticate: () => new Promise(() => undefined), storeTimeoutMs: 20 });
    const response = await call('/api/ws_ticket', { headers: bearer });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'store_unavailable' });
  });

  test('returns 503 draining after gate.close', async () => {
    const { call, gate } = await start();
    gate.close();
    expect(await (await call('/api/ws_ticket', { headers: bearer })).json()).toMatchObject({ code: 'draining' });
  });

  test('survives a client that disconnects before the response', async () => {
    let authenticated: ((holder: { user: string; session: string }) => void) | undefined;
    const { port, call, calls } = await start({
      authenticate: (request) =>
        request.headers['x-slow'] === undefined
          ? authenticate(request)
          : new Promise((resolve) => (authenticated = resolve)),
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /api/ws_ticket HTTP/1.1\r\nHost: x\r\nX-Slow: 1\r\n\r\n');
    await expect.poll(() => authenticated).toBeDefined();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await closed;
    authenticated?.({ user: 'maggie', session: 'session-1' });
    await expect.poll(() => calls.length).toBe(1);
    expect((await call('/api/ws_ticket', { headers: bearer })).status).toBe(200);
  });
});

describe('requests that are no ticket call', () => {
  test('reach the app, including those with other methods on the path of the ticket call', async () => {
    const { call, seen } = await start();
    await call('/plain');
    await call('/api/ws_ticket', { method: 'HEAD', headers: bearer });
    await call('/api/ws_ticket', { method: 'POST', headers: bearer });
    await call('/api/ws_ticket/x', { headers: bearer });
    expect(seen).toEqual(['GET /plain', 'HEAD /api/ws_ticket', 'POST /api/ws_ticket', 'GET /api/ws_ticket/x']);
  });

  test('receive 426 on the path of the endpoint', async () => {
    const { port, seen } = await start();
    const response = await sendHandshake(port, '/api/ws', { headers: { connection: 'close', upgrade: undefined } });
    expect(response).toMatchObject({ status: 426, headers: { upgrade: 'websocket' } });
    expect(seen).toEqual([]);
  });

  test('never reach an upgrade listener of the app, whenever it was added', async () => {
    const { server, port, ticket } = await start();
    let upgrades = 0;
    server.on('upgrade', () => upgrades++);
    expect((await sendHandshake(port, '/other')).status).toBe(404);
    expect((await sendHandshake(port, '/api/ws')).status).toBe(401);
    expect((await sendHandshake(port, `/api/ws?ticket=${await ticket()}`)).status).toBe(101);
    expect(upgrades).toBe(0);
  });
});

describe('a page of another origin', () => {
  test('may read tickets and rejections if its origin is allowed', async () => {
    const { call } = await start();
    for (const headers of [{ ...bearer, origin: allowedOrigin }, { origin: allowedOrigin }]) {
      const response = await call('/api/ws_ticket', { headers });
      expect(response.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
      expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After, Usher-Receipt');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.get('vary')).toBe('Origin');
    }
  });

  test('may not if its origin is not allowed', async () => {
    const { call, seen } = await start();
    const response = await call('/api/ws_ticket', { headers: { ...bearer, origin: 'https://evil.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
    await call('/api/ws_ticket', { method: 'OPTIONS', headers: preflight });
    expect(seen).toEqual(['OPTIONS /api/ws_ticket']);
  });

  test('receives a preflight response that allows the Authorization header', async () => {
    const { call, seen } = await start({ allowedOrigins: () => [allowedOrigin] });
    const preflight = { origin: allowedOrigin, 'access-control-request-method': 'GET' };
    const response = await call('/api/ws_ticket', { method: 'OPTIONS', headers: preflight });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': allowedOrigin,
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'Authorization, Traceparent, Tracestate',
      'access-control-max-age': '600',
    });
    expect(seen).toEqual([]);
  });
});

test('every server that Fastify starts for localhost is protected', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  ticketGate(app.server, { store: createMemoryTicketStore(), allowedOrigins: [], authenticate });
  app.get('/plain', () => 'plain');
  await app.listen({ host: 'localhost', port: 0 });
  for (const bound of app.addresses()) {
    if (typeof bound === 'string') throw new Error(`not an address: ${bound}`);
    const { address, port } = bound;
    const host = address.includes(':') ? `[${address}]` : address;
    expect((await fetch(`http://${host}:${port}/api/ws_ticket`, { headers: bearer })).status).toBe(200);
    expect((await sendHandshake(port, '/plain', {}, address)).status).toBe(404);
  }
});

describe('a wrong option throws an error that names it:', () => {
  test.each<[string, Partial<NodeTicketGateOptions>]>([
    ['authenticate', { authenticate: undefined as never }],
    ['store', { store: {} as never }],
    ['allowedOrigins', { allowedOrigins: '*' as never }],
    ['allowed origin', { allowedOrigins: ['*'] }],
    ['endpoint', { endpoint: 'ws' }],
  ])('%s', (name, options) => {
    const all = { store: createMemoryTicketStore(), allowedOrigins: [], authenticate, ...options };
    expect(() => ticketGate(createServer(), all)).toThrow(name);
  });

  test('server', () => {
    const options = { store: createMemoryTicketStore(), allowedOrigins: [], authenticate };
    expect(() => ticketGate(createHttp2Server() as never, options)).toThrow('invalid server');
  });
});

test.each([
  ['a name', { 'x a': '1' }],
  ['a value', { 'x-a': 'a\r\nx-b: 1' }],
])('a gate is not created with %s of a response header that is not valid', (_name, headers) => {
  const options = { store: createMemoryTicketStore(), allowedOrigins: [], authenticate, headers };
  expect(() => ticketGate(createServer(), options)).toThrow(TypeError);
});
