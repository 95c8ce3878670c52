import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '@usher/realtime';
import type { HandshakeOutcome, TicketHolder } from '@usher/ticket/node';
import { sendHandshake } from '@usher/ticket/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Usher } from '../usher/usher.ts';

/** The origin that the server under test allows. */
export const allowedOrigin = 'https://chat.example';
const bearer = { authorization: 'Bearer maggie' };

/** What the server under test must be started with, besides the adapter's own options. */
export interface AdapterOptions {
  readonly allowedOrigins: readonly string[];
  readonly rooms: readonly string[];
  /** Pass it the headers of the ticket call. */
  readonly authenticateBy: (headers: IncomingHttpHeaders) => TicketHolder;
  readonly log: Logger;
  readonly hooks: { readonly onHandshake: (outcome: HandshakeOutcome) => void };
}

/** A running server on 127.0.0.1. */
export interface AdapterFixture {
  readonly port: number;
  readonly usher: Usher;
  /** Closes the framework's server, as at the end of its process. */
  close(): Promise<void>;
}

function nothing(): void {
  // The tests read outcomes instead of the log.
}

const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function problem(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function authenticateBy({ authorization }: IncomingHttpHeaders): TicketHolder {
  if (authorization === undefined) throw problem('missing_token');
  if (authorization !== bearer.authorization) throw problem('invalid_token');
  return { user: 'maggie', session: 'session-1' };
}

/** Requests a ticket for `Bearer <user>`. Throws if the server does not issue one. */
export async function ticketOf({ port }: { readonly port: number }, user = 'maggie'): Promise<string> {
  const headers = { authorization: `Bearer ${user}` };
  const response = await fetch(`http://127.0.0.1:${port}/api/ws_ticket`, { headers });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`no ticket issued: ${body}`);
  return (JSON.parse(body) as { ticket: string }).ticket;
}

/** Opens a WebSocket with this query and resolves to it and its first frame. It is terminated when the test finishes. */
export async function openSocket(
  { port }: { readonly port: number },
  query: string,
): Promise<{ readonly socket: WebSocket; readonly welcome: Record<string, unknown> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/ws?${query}`, 'usher.v1');
  onTestFinished(() => {
    socket.terminate();
  });
  return { socket, welcome: await nextFrame(socket) };
}

async function nextFrame(socket: WebSocket): Promise<Record<string, unknown>> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString()) as Record<string, unknown>;
}

/** Sends a request. Resolves to the frame with its id, and all frames until then. */
export async function request(
  socket: WebSocket,
  frame: { readonly id: number; readonly type: string; readonly [field: string]: unknown },
) {
  const frames: Record<string, unknown>[] = [];
  const listen = (data: Buffer): void => {
    frames.push(JSON.parse(data.toString()) as Record<string, unknown>);
  };
  socket.on('message', listen);
  socket.send(JSON.stringify(frame));
  await expect.poll(() => frames.find(({ id }) => id === frame.id)).toBeDefined();
  socket.off('message', listen);
  return { reply: frames.find(({ id }) => id === frame.id), frames };
}

/**
 * The contract of every adapter: the server owns all upgrades, and everything else belongs to the framework.
 *
 * The server under test has two routes of the framework: `GET /plain` returns `plain`, and `POST /echo` returns the JSON that it received.
 *
 * @param start starts the server on a free port of 127.0.0.1. It is closed when the test finishes.
 */
export function ownsUpgradesContract(name: string, start: (options: AdapterOptions) => Promise<AdapterFixture>): void {
  async function newServer() {
    const outcomes: HandshakeOutcome[] = [];
    const fixture = await start({
      allowedOrigins: [allowedOrigin],
      rooms: ['general'],
      authenticateBy,
      log: silent,
      hooks: { onHandshake: (outcome) => outcomes.push(outcome) },
    });
    onTestFinished(() => fixture.close());
    const call = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${fixture.port}${path}`, init);
    return { ...fixture, outcomes, call };
  }

  describe(`${name} owns every upgrade`, () => {
    test.each(['/', '/plain', '/echo', '/api/ws_ticket', '/api/ws/', '/nowhere'])(
      'an upgrade of %s gets 404, never 101',
      async (path) => {
        const { port } = await newServer();
        expect((await sendHandshake(port, path)).status).toBe(404);
        expect((await sendHandshake(port, path, { headers: { origin: allowedOrigin } })).status).toBe(404);
      },
    );

    test('a handshake without a ticket is rejected with 401, and so is an unknown ticket', async () => {
      const { port } = await newServer();
      expect(await sendHandshake(port, '/api/ws')).toMatchObject({ status: 401 });
      expect((await sendHandshake(port, '/api/ws')).body).toContain('Missing ticket');
      const unknown = await sendHandshake(port, `/api/ws?ticket=${'A'.repeat(43)}`);
      expect(unknown.status).toBe(401);
      expect(unknown.body).toContain('Invalid ticket');
    });

    test('a ticket opens one connection, and is rejected with 401 afterwards', async () => {
      const server = await newServer();
      const ticket = await ticketOf(server);
      const { welcome } = await openSocket(server, `ticket=${ticket}`);
      expect(welcome).toMatchObject({ type: 'welcome', user: 'maggie' });
      expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
      expect(server.outcomes).toMatchObject([
        { outcome: 'admitted', credential: 'ticket' },
        { outcome: 'invalid_ticket', reason: 'used' },
      ]);
      expect(server.usher.connections.size).toBe(1);
    });

    test('a connection can join a room, send a message and receive it', async () => {
      const server = await newServer();
      const { socket } = await openSocket(server, `ticket=${await ticketOf(server)}`);
      const joined = await request(socket, { id: 1, type: 'join', room: 'general' });
      expect(joined.reply).toMatchObject({ type: 'reply', data: { room: 'general', recovery: 'fresh' } });
      const key = '6f1c2b1e-4f0a-4c69-9d57-0b8f3a4c2d11';
      const sent = await request(socket, { id: 2, type: 'send', room: 'general', key, text: 'hello' });
      expect(sent.reply).toMatchObject({ type: 'reply', data: { seq: 1 } });
      const page = await request(socket, { id: 3, type: 'history', room: 'general', after: 0 });
      expect(page.reply).toMatchObject({ data: { messages: [{ seq: 1, from: 'maggie', text: 'hello' }] } });
      const denied = await request(socket, { id: 4, type: 'join', room: 'secret' });
      expect(denied.reply).toMatchObject({ type: 'error', code: 'not_found' });
    });

    test('a page of an origin that is not allowed is rejected with 403', async () => {
      const server = await newServer();
      const target = `/api/ws?ticket=${await ticketOf(server)}`;
      expect((await sendHandshake(server.port, target, { headers: { origin: 'https://evil.example' } })).status).toBe(
        403,
      );
    });
  });

  describe(`${name} handles the ticket call`, () => {
    test('with a ticket that no cache keeps', async () => {
      const { call } = await newServer();
      const response = await call('/api/ws_ticket', { headers: bearer });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toEqual({
        ticket: expect.stringMatching(/^[\w-]{43}$/) as unknown,
        expires: expect.any(Number) as unknown,
        connectAfterMs: 0,
      });
    });

    test.each([
      ['no token', {}, 'missing_token'],
      ['a wrong token', { authorization: 'Bearer bart' }, 'invalid_token'],
    ])('with 401 and the reason for %s', async (_name, headers, code) => {
      const { call } = await newServer();
      const response = await call('/api/ws_ticket', { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ code, status: 401 });
    });

    test('readable for pages of allowed origins only', async () => {
      const { call } = await newServer();
      const allowed = await call('/api/ws_ticket', { headers: { ...bearer, origin: allowedOrigin } });
      expect(allowed.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
      const refused = await call('/api/ws_ticket', { headers: { origin: allowedOrigin } });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
      const foreign = await call('/api/ws_ticket', { headers: { ...bearer, origin: 'https://evil.example' } });
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    });

    test('and its preflight, which allows the Authorization header', async () => {
      const { call } = await newServer();
      const headers = { origin: allowedOrigin, 'access-control-request-method': 'GET' };
      const response = await call('/api/ws_ticket', { method: 'OPTIONS', headers });
      expect(response.status).toBe(204);
      expect(response.headers.get('access-control-allow-origin')).toBe(allowedOrigin);
      expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
    });

    test('with 401 session_ended once the session was revoked, and closes its connections', async () => {
      const server = await newServer();
      const { socket } = await openSocket(server, `ticket=${await ticketOf(server)}`);
      const unused = await ticketOf(server);
      const closed = once(socket, 'close');
      expect(await server.usher.revoke('session-1')).toMatchObject({ closed: 1, complete: true });
      expect((await closed)[0]).toBe(4501);
      expect((await sendHandshake(server.port, `/api/ws?ticket=${unused}`)).status).toBe(401);
      const response = await server.call('/api/ws_ticket', { headers: bearer });
      expect(await response.json()).toMatchObject({ code: 'session_ended' });
    });
  });

  describe(`${name} leaves everything else to the framework`, () => {
    test('its routes handle requests, including requests with bodies, while connections are open', async () => {
      const server = await newServer();
      await openSocket(server, `ticket=${await ticketOf(server)}`);
      expect(await (await server.call('/plain')).text()).toBe('plain');
      const echo = await server.call('/echo', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ said: 'hello' }),
      });
      expect(await echo.json()).toEqual({ said: 'hello' });
      expect((await server.call('/nowhere')).status).toBe(404);
    });

    test('a plain request to the endpoint gets 426', async () => {
      const { call } = await newServer();
      const response = await call('/api/ws');
      expect(response.status).toBe(426);
      expect(response.headers.get('upgrade')).toBe('websocket');
    });
  });

  describe(`${name} drains`, () => {
    test('rejects tickets and handshakes, then closes the connections with 1012', async () => {
      const server = await newServer();
      const { socket } = await openSocket(server, `ticket=${await ticketOf(server)}`);
      const unused = await ticketOf(server);
      server.usher.startDraining();
      const response = await server.call('/api/ws_ticket', { headers: bearer });
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'draining' });
      expect((await sendHandshake(server.port, `/api/ws?ticket=${unused}`)).status).toBe(503);
      expect(socket.readyState).toBe(WebSocket.OPEN);
      const closed = once(socket, 'close');
      await server.usher.close();
      expect((await closed)[0]).toBe(1012);
      expect(server.usher.connections.size).toBe(0);
    });

    test('when the framework closes its server', async () => {
      const server = await newServer();
      const { socket } = await openSocket(server, `ticket=${await ticketOf(server)}`);
      const closed = once(socket, 'close');
      await server.close();
      expect((await closed)[0]).toBe(1012);
    });
  });
}
