import jwt from '@fastify/jwt';
import Fastify, { type FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { ConnectSlots } from './connect-slots.ts';
import { ticketGate } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { type GateServer, sendHandshake, startGateServer } from './testing/gate-server.ts';
import type { TicketDenial } from './hooks.ts';
import { type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';

function requestTicket(server: GateServer, authorization: string | undefined = `Bearer ${server.token()}`) {
  return server.app.inject({ url: '/api/ws_ticket', headers: authorization === '' ? {} : { authorization } });
}

describe('the ticket call', () => {
  test('returns a ticket that must not be cached', async () => {
    const server = await startGateServer();
    const response = await requestTicket(server);
    expect(response.statusCode).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    const { ticket, expires, connectAfterMs } = response.json<{
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
    ['a value that is not a JWT', () => 'Bearer abc', 'invalid_token'],
    ['a token followed by other text', (server: GateServer) => `Bearer ${server.token()} x`, 'invalid_token'],
    ['an unsigned token', () => `Bearer ${unsigned()}`, 'invalid_token'],
    [
      'a token without a session',
      (server: GateServer) => `Bearer ${server.app.jwt.sign({ sub: 'maggie' })}`,
      'invalid_token',
    ],
    ['an expired token', (server: GateServer) => `Bearer ${server.token({}, { expiresIn: -1_000 })}`, 'token_expired'],
  ])('with %s returns 401 and the reason', async (_name, authorization, code) => {
    const server = await startGateServer();
    const response = await requestTicket(server, authorization(server));
    expect(response.statusCode).toBe(401);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toMatchObject({ code, status: 401 });
  });

  test('accepts neither a token in the URL nor a ticket as a token', async () => {
    const server = await startGateServer();
    const inUrl = await server.app.inject(`/api/ws_ticket?token=${server.token()}`);
    expect(inUrl.json()).toMatchObject({ code: 'missing_token' });
    expect((await requestTicket(server, `Bearer ${await server.ticket()}`)).json()).toMatchObject({
      code: 'invalid_token',
    });
  });

  test('ignores a token in a cookie or at another place configured in @fastify/jwt', async () => {
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
    const call = (headers: Record<string, string>) => app.inject({ url: '/api/ws_ticket', headers });
    for (const headers of [{}, { authorization: 'Basic abc' }]) {
      const response = await call({ 'x-token': token, ...headers });
      expect(response.json()).toMatchObject({ code: 'missing_token', status: 401 });
    }
    expect((await call({ authorization: `Bearer ${token}` })).statusCode).toBe(200);
    await app.close();
  });

  test('returns 500, not invalid_token, if the verification key cannot be loaded', async () => {
    const app = Fastify();
    await app.register(jwt, {
      secret: { private: 'unused', public: () => Promise.reject(new Error('the key server is unavailable')) },
    });
    await app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [] });
    const response = await app.inject({ url: '/api/ws_ticket', headers: { authorization: `Bearer ${unsigned()}` } });
    expect(response.statusCode).toBe(500);
    await app.close();
  });

  test('does not support HEAD, which would issue a ticket without returning it', async () => {
    const server = await startGateServer();
    const headers = { authorization: `Bearer ${server.token()}` };
    expect((await server.app.inject({ method: 'HEAD', url: '/api/ws_ticket', headers })).statusCode).toBe(404);
  });

  test('returns the detail of the app’s error, such as why the session ended', async () => {
    const sessionEnded = Object.assign(new Error('session ended'), {
      code: 'session_ended',
      detail: 'password_changed',
    });
    const server = await startGateServer({ authenticate: () => Promise.reject(sessionEnded) });
    expect((await requestTicket(server)).json()).toMatchObject({
      status: 401,
      code: 'session_ended',
      detail: 'password_changed',
    });
  });

  test.each(['draining', 'at_capacity'] as const)(
    'returns 503 to authenticated clients of a server that is %s',
    async (code) => {
      const server = await startGateServer({ capacity: () => ({ code, retryAfterMs: 2_500 }) });
      const response = await requestTicket(server);
      expect(response.statusCode).toBe(503);
      expect(response.headers['retry-after']).toBe('3');
      expect(response.json()).toMatchObject({ code, retryAfterMs: 2_500 });
      expect((await requestTicket(server, '')).json()).toMatchObject({ code: 'missing_token' });
    },
  );

  test.each([
    ['session_ended', 401],
    ['user_disabled', 403],
    ['too_many_connections', 429],
  ] as const)('returns the reason of mayConnect: %s', async (code, status) => {
    const server = await startGateServer({
      mayConnect: () => ({ code, ...(status === 429 ? { retryAfterMs: 1_500 } : {}) }),
    });
    const response = await requestTicket(server);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
    expect(response.headers['retry-after']).toBe(status === 429 ? '2' : undefined);
  });

  test('issues the ticket while mayConnect decides', async () => {
    const issued = Promise.withResolvers<undefined>();
    const memory = createMemoryTicketStore();
    const store: TicketStore = {
      issue: (...args) => {
        issued.resolve(undefined);
        return memory.issue(...args);
      },
      consume: (...args) => memory.consume(...args),
      revokeSession: (...args) => memory.revokeSession(...args),
    };
    const server = await startGateServer({ store, mayConnect: () => issued.promise });
    expect((await requestTicket(server)).statusCode).toBe(200);
  });

  test('discards the ticket of a client that mayConnect denies, so that it counts toward no limit', async () => {
    let denial: TicketDenial | undefined = { code: 'too_many_connections', retryAfterMs: 1_500 };
    const slots = new ConnectSlots({ connectsPerSecond: 0.1 });
    const server = await startGateServer({ slots, mayConnect: () => denial });
    for (let n = 0; n < 20; n += 1) {
      expect((await requestTicket(server)).json()).toMatchObject({ code: 'too_many_connections' });
    }
    denial = undefined;
    expect((await requestTicket(server)).json()).toMatchObject({ connectAfterMs: 0 });
  });

  test('returns the denial of mayConnect without waiting for a ticket store that does not respond', async () => {
    const hung = () => new Promise<never>(() => undefined);
    const store: TicketStore = { issue: hung, consume: hung, revokeSession: hung };
    const server = await startGateServer({ store, mayConnect: () => ({ code: 'user_disabled' }) });
    expect((await requestTicket(server)).json()).toMatchObject({ code: 'user_disabled' });
  });

  test('returns too_many_tickets when ten tickets are outstanding', async () => {
    const server = await startGateServer();
    for (let n = 0; n < 10; n += 1) await server.ticket();
    const response = await requestTicket(server);
    expect(response.statusCode).toBe(429);
    expect(response.json()).toMatchObject({ code: 'too_many_tickets' });
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('returns 503 if the store is unavailable', async () => {
    const server = await startGateServer({
      store: {
        issue: () => Promise.reject(new TicketStoreUnavailable('gone')),
        consume: () => Promise.reject(new TicketStoreUnavailable('gone')),
        revokeSession: () => Promise.resolve(0),
      },
    });
    const response = await requestTicket(server);
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: 'store_unavailable' });
    expect(response.headers['retry-after']).toBeDefined();
  });

  test('assigns slots to simultaneous clients, and a ticket used too early before its slot is rejected', async () => {
    const server = await startGateServer({ slots: new ConnectSlots({ connectsPerSecond: 1 }) });
    const responses = [];
    for (let n = 0; n < 4; n += 1)
      responses.push((await requestTicket(server)).json<{ ticket: string; connectAfterMs: number }>());
    expect(responses[0]?.connectAfterMs).toBe(0);
    const last = responses[3];
    expect(last?.connectAfterMs).toBeGreaterThan(2_000);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${last?.ticket ?? ''}`)).status).toBe(401);
    expect(server.outcomes.at(-1)).toMatchObject({ outcome: 'invalid_ticket', reason: 'early' });
  });

  test('gives the slot back if the store rejects the ticket', async () => {
    const store = createMemoryTicketStore({ maxOutstandingPerSession: 1 });
    const server = await startGateServer({
      store,
      slots: new ConnectSlots({ connectsPerSecond: 1, maxWaitMs: 5_000 }),
    });
    await server.ticket();
    for (let n = 0; n < 20; n += 1)
      expect((await requestTicket(server)).json()).toMatchObject({ code: 'too_many_tickets' });
    const other = (await requestTicket(server, `Bearer ${server.token({ sid: 'session-2' })}`)).json<{
      connectAfterMs: number;
    }>();
    expect(other.connectAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('limits the unused slots of a user over all sessions, and a used ticket frees one', async () => {
    const slots = new ConnectSlots({ connectsPerSecond: 0.01, maxWaitMs: 1_000_000, maxPerUser: 3 });
    const server = await startGateServer({ slots });
    const tickets = [];
    for (let n = 0; n < 3; n += 1) {
      const response = await requestTicket(server, `Bearer ${server.token({ sid: `session-${n}` })}`);
      tickets.push(response.json<{ ticket: string }>().ticket);
    }
    const requestAgain = () => requestTicket(server, `Bearer ${server.token({ sid: 'session-9' })}`);
    expect((await requestAgain()).json()).toMatchObject({ code: 'too_many_tickets', status: 429 });
    // A rejected handshake consumes the ticket too; presenting it again frees no second slot.
    for (let n = 0; n < 2; n += 1) {
      await sendHandshake(server.port, `/api/ws?ticket=${tickets[0] ?? ''}`, {
        headers: { origin: 'https://evil.example' },
      });
    }
    expect((await requestAgain()).statusCode).toBe(200);
    expect((await requestAgain()).statusCode).toBe(429);
    expect(
      (await requestTicket(server, `Bearer ${server.token({ sub: 'bart', sid: 'session-of-bart' })}`)).statusCode,
    ).toBe(200);
  });

  test('returns at_capacity if the wait for a slot would be too long', async () => {
    const server = await startGateServer({ slots: new ConnectSlots({ connectsPerSecond: 0.1, maxWaitMs: 0 }) });
    expect((await requestTicket(server)).statusCode).toBe(200);
    const response = await requestTicket(server);
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: 'at_capacity' });
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('accepts authentication by the app alone, and passes on its unknown errors', async () => {
    const app = Fastify();
    let failure: Error | undefined;
    await app.register(ticketGate, {
      store: createMemoryTicketStore(),
      allowedOrigins: [],
      authenticate: () => {
        if (failure !== undefined) throw failure;
        return { user: 'lisa', session: 's' };
      },
    });
    expect((await app.inject('/api/ws_ticket')).statusCode).toBe(200);
    failure = Object.assign(new Error('no'), { code: 'user_disabled' });
    expect((await app.inject('/api/ws_ticket')).json()).toMatchObject({ code: 'user_disabled', status: 403 });
    failure = Object.assign(new Error('the database is unavailable'), { statusCode: 502 });
    expect((await app.inject('/api/ws_ticket')).statusCode).toBe(502);
    await app.close();
  });
});

/** Returns a JWT with `alg: none`. */
function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'maggie', sid: 's' })}.`;
}
