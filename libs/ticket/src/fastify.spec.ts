import jwt from '@fastify/jwt';
import Fastify, { type FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { ConnectSlots } from './connect-slots.ts';
import { ticketGate, type TicketGateOptions } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { type GateServer, sendHandshake, startGateServer } from './testing/gate-server.ts';
import { TicketStoreUnavailable } from './ticket-store.ts';

function ask(server: GateServer, authorization: string | undefined = `Bearer ${server.token()}`) {
  return server.app.inject({ url: '/api/ws_ticket', headers: authorization === '' ? {} : { authorization } });
}

describe('the ticket call', () => {
  test('gives a ticket that nobody may keep', async () => {
    const server = await startGateServer();
    const answer = await ask(server);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { ticket, expires, connectAfterMs } = answer.json<{
      ticket: string;
      expires: number;
      connectAfterMs: number;
    }>();
    expect(ticket).toMatch(/^[\w-]{43}$/);
    expect(expires * 1_000).toBeGreaterThan(Date.now() + 28_000);
    expect(connectAfterMs).toBe(0);
  });

  test.each([
    ['no token', () => '', 'missing_token'],
    ['another scheme', () => 'Basic bWFnZ2llOnNlY3JldA==', 'missing_token'],
    ['what is no JWT', () => 'Bearer abc', 'invalid_token'],
    ['a token and something more', (server: GateServer) => `Bearer ${server.token()} x`, 'invalid_token'],
    ['a token that nobody signed', () => `Bearer ${unsigned()}`, 'invalid_token'],
    [
      'a token without a session',
      (server: GateServer) => `Bearer ${server.app.jwt.sign({ sub: 'maggie' })}`,
      'invalid_token',
    ],
    ['an expired token', (server: GateServer) => `Bearer ${server.token({}, { expiresIn: -1_000 })}`, 'token_expired'],
  ])('%s is 401 with its reason', async (_name, authorization, code) => {
    const server = await startGateServer();
    const answer = await ask(server, authorization(server));
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toMatchObject({ code, status: 401 });
  });

  test('a token in the URL is no token, and a ticket is none either', async () => {
    const server = await startGateServer();
    const inUrl = await server.app.inject(`/api/ws_ticket?token=${server.token()}`);
    expect(inUrl.json()).toMatchObject({ code: 'missing_token' });
    expect((await ask(server, `Bearer ${await server.ticket()}`)).json()).toMatchObject({ code: 'invalid_token' });
  });

  test('a token in a cookie, or wherever else @fastify/jwt was told to look, is no token', async () => {
    const app = Fastify();
    await app.register(jwt, {
      secret: 'a secret of at least thirty-two bytes, for tests',
      cookie: { cookieName: 'token', signed: false },
      verify: { extractToken: (request: FastifyRequest) => String(request.headers['x-token']) },
    });
    app.decorateRequest('cookies');
    app.addHook('onRequest', (request, _reply, next) => {
      Object.assign(request, { cookies: { token: request.headers['x-token'] } });
      next();
    });
    await app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [] });
    await app.ready();
    const token = app.jwt.sign({ sub: 'maggie', sid: 's' });
    const ask = (headers: Record<string, string>) => app.inject({ url: '/api/ws_ticket', headers });
    for (const headers of [{}, { authorization: 'Basic abc' }]) {
      const answer = await ask({ 'x-token': token, ...headers });
      expect(answer.json()).toMatchObject({ code: 'missing_token', status: 401 });
    }
    expect((await ask({ authorization: `Bearer ${token}` })).statusCode).toBe(200);
    await app.close();
  });

  test('a key that cannot be had is a fault of the server, and nobody’s token is called invalid for it', async () => {
    const app = Fastify();
    await app.register(jwt, {
      secret: { private: 'unused', public: () => Promise.reject(new Error('the key server is away')) },
    });
    await app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [] });
    const answer = await app.inject({ url: '/api/ws_ticket', headers: { authorization: `Bearer ${unsigned()}` } });
    expect(answer.statusCode).toBe(500);
    await app.close();
  });

  test('is answered to GET alone: a HEAD would give a ticket to nobody', async () => {
    const server = await startGateServer();
    const headers = { authorization: `Bearer ${server.token()}` };
    expect((await server.app.inject({ method: 'HEAD', url: '/api/ws_ticket', headers })).statusCode).toBe(404);
  });

  test('what the app knows beyond the code is handed on: why the session is over', async () => {
    const over = Object.assign(new Error('over'), { code: 'session_ended', detail: 'password_changed' });
    const server = await startGateServer({ authenticate: () => Promise.reject(over) });
    expect((await ask(server)).json()).toMatchObject({
      status: 401,
      code: 'session_ended',
      detail: 'password_changed',
    });
  });

  test.each(['draining', 'at_capacity'] as const)('a server that is %s says so here too', async (code) => {
    const server = await startGateServer({ capacity: () => ({ code, retryAfterMs: 2_500 }) });
    const answer = await ask(server);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.json()).toMatchObject({ code, retryAfterMs: 2_500 });
    expect((await ask(server, '')).json()).toMatchObject({ code: 'missing_token' });
  });

  test.each([
    ['session_ended', 401],
    ['user_disabled', 403],
    ['too_many_connections', 429],
  ] as const)('whoever may not connect is told why: %s', async (code, status) => {
    const server = await startGateServer({
      mayConnect: () => ({ code, ...(status === 429 ? { retryAfterMs: 1_500 } : {}) }),
    });
    const answer = await ask(server);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code });
    expect(answer.headers['retry-after']).toBe(status === 429 ? '2' : undefined);
  });

  test('more than ten outstanding are too many', async () => {
    const server = await startGateServer();
    for (let n = 0; n < 10; n += 1) await server.ticket();
    const answer = await ask(server);
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toMatchObject({ code: 'too_many_tickets' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a store out of reach is 503', async () => {
    const server = await startGateServer({
      store: {
        issue: () => Promise.reject(new TicketStoreUnavailable('gone')),
        consume: () => Promise.reject(new TicketStoreUnavailable('gone')),
        revokeSession: () => Promise.resolve(0),
      },
    });
    const answer = await ask(server);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'store_unavailable' });
    expect(answer.headers['retry-after']).toBeDefined();
  });

  test('a crowd is given slots, and a ticket used well before its slot is burned', async () => {
    const server = await startGateServer({ slots: new ConnectSlots({ connectsPerSecond: 1 }) });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push((await ask(server)).json<{ ticket: string; connectAfterMs: number }>());
    expect(answers[0]?.connectAfterMs).toBe(0);
    const last = answers[3];
    expect(last?.connectAfterMs).toBeGreaterThan(2_000);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${last?.ticket ?? ''}`)).status).toBe(401);
    expect(server.outcomes.at(-1)).toMatchObject({ verdict: 'invalid_ticket', fault: 'early' });
  });

  test('whoever is refused a ticket takes no slot from the others', async () => {
    const store = createMemoryTicketStore({ maxOutstandingPerSession: 1 });
    const server = await startGateServer({
      store,
      slots: new ConnectSlots({ connectsPerSecond: 1, maxWaitMs: 5_000 }),
    });
    await server.ticket();
    for (let n = 0; n < 20; n += 1) expect((await ask(server)).json()).toMatchObject({ code: 'too_many_tickets' });
    const other = (await ask(server, `Bearer ${server.token({ sid: 'session-2' })}`)).json<{
      connectAfterMs: number;
    }>();
    expect(other.connectAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('a user has a bounded number of unused slots over all sessions, and a used ticket frees one', async () => {
    const slots = new ConnectSlots({ connectsPerSecond: 0.01, maxWaitMs: 1_000_000, maxPerUser: 3 });
    const server = await startGateServer({ slots });
    const tickets = [];
    for (let n = 0; n < 3; n += 1) {
      const answer = await ask(server, `Bearer ${server.token({ sid: `session-${n}` })}`);
      tickets.push(answer.json<{ ticket: string }>().ticket);
    }
    const askAgain = () => ask(server, `Bearer ${server.token({ sid: 'session-9' })}`);
    expect((await askAgain()).json()).toMatchObject({ code: 'too_many_tickets', status: 429 });
    // A refused handshake consumes the ticket too; presenting it again frees no second slot.
    for (let n = 0; n < 2; n += 1) {
      await sendHandshake(server.port, `/api/ws?ticket=${tickets[0] ?? ''}`, {
        headers: { origin: 'https://evil.example' },
      });
    }
    expect((await askAgain()).statusCode).toBe(200);
    expect((await askAgain()).statusCode).toBe(429);
    expect((await ask(server, `Bearer ${server.token({ sub: 'bart', sid: 'session-of-bart' })}`)).statusCode).toBe(200);
  });

  test('a crowd that would wait too long is told that the server is full', async () => {
    const server = await startGateServer({ slots: new ConnectSlots({ connectsPerSecond: 0.1, maxWaitMs: 0 }) });
    expect((await ask(server)).statusCode).toBe(200);
    const answer = await ask(server);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'at_capacity' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('an app’s own authentication is all that it need give; its other errors stay its own', async () => {
    const app = Fastify();
    let fault: Error | undefined;
    await app.register(ticketGate, {
      store: createMemoryTicketStore(),
      allowedOrigins: [],
      authenticate: () => {
        if (fault !== undefined) throw fault;
        return { user: 'lisa', session: 's' };
      },
    });
    expect((await app.inject('/api/ws_ticket')).statusCode).toBe(200);
    fault = Object.assign(new Error('no'), { code: 'user_disabled' });
    expect((await app.inject('/api/ws_ticket')).json()).toMatchObject({ code: 'user_disabled', status: 403 });
    fault = Object.assign(new Error('the database is away'), { statusCode: 502 });
    expect((await app.inject('/api/ws_ticket')).statusCode).toBe(502);
    await app.close();
  });
});

test('a plain GET of the endpoint is told to upgrade', async () => {
  const server = await startGateServer();
  const answer = await server.app.inject(`/api/ws?ticket=${await server.ticket()}`);
  expect(answer.statusCode).toBe(426);
  expect(answer.headers.upgrade).toBe('websocket');
  expect(answer.json()).toMatchObject({ code: 'upgrade_required' });
});

test('no ticket reaches the log, whatever is done with it', async () => {
  const server = await startGateServer({
    after: (app) => {
      app.get('/fails', (request) => {
        throw new Error(`failed at ${request.url}`);
      });
    },
  });
  const tickets: string[] = [];
  for (const target of [
    '/api/ws?ticket=',
    '/nowhere?ticket=',
    '/plain?%74icket=',
    '/fails?a=b&ticket=',
    '/api/ws_ticket?x;ticket=',
    '/%zz?ticket=',
    '/api/ws?',
    '/API/WS?ws_ticket=',
    'http://127.0.0.1/api/ws?ticket=',
  ]) {
    const ticket = await server.ticket();
    tickets.push(ticket);
    await sendHandshake(server.port, `${target}${ticket}`, { headers: { connection: 'close', upgrade: undefined } });
    await sendHandshake(server.port, `${target}${ticket}`);
    await sendHandshake(server.port, `${target}${ticket}`, { method: 'BREW\u0001' });
  }
  expect(server.log()).toContain('"url":"/nowhere?ticket=redacted"');
  for (const ticket of tickets) expect(server.log()).not.toContain(ticket);
  // Nor do the bytes of what was no HTTP at all.
  expect(server.log()).toContain('client error');
  expect(server.log()).not.toContain('rawPacket');
  expect(JSON.stringify(server.outcomes)).not.toMatch(/[\w-]{43}/);
});

test('an access token in a URL does not reach the log either', async () => {
  const server = await startGateServer();
  for (const target of ['/api/ws?token=', '/plain?access_token=', '/nowhere?a&ACCESS_TOKEN=']) {
    for (const headers of [{}, { connection: 'close', upgrade: undefined }]) {
      await sendHandshake(server.port, `${target}${server.token()}`, { headers });
    }
  }
  expect(server.log()).toContain('"url":"/plain?access_token=redacted"');
  expect(server.log()).not.toContain(server.token().split('.')[2]);
});

test.each<[string, Partial<TicketGateOptions>]>([
  ['endpoint', { endpoint: 'api/ws' }],
  ['ticketPath', { ticketPath: '/ws_ticket?x' }],
  ['allowed origin', { allowedOrigins: ['*'] }],
  ['allowed origin', { allowedOrigins: ['https://chat.example/path'] }],
  ['maxJudging', { maxJudging: 0 }],
  ['judgeMs', { judgeMs: -1 }],
])('an option that makes no sense stops the start by its name: %s', async (name, options) => {
  const app = Fastify();
  app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [], ...options });
  await expect(app.ready()).rejects.toThrow(name);
});

function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'maggie', sid: 's' })}.`;
}
