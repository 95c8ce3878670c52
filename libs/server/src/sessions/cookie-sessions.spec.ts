import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createUsher } from '../index.ts';
import { openSocket } from '../testing/owns-upgrades-contract.ts';
import { createCookieSessions, type CookieSessionsOptions } from './cookie-sessions.ts';

const origin = 'https://chat.example';
const secret = 'a secret of at least thirty-two bytes, for tests';

afterEach(() => {
  vi.useRealTimers();
});

async function start(options: Partial<CookieSessionsOptions> = {}, inExpress = false) {
  const sessions = createCookieSessions({
    secret,
    allowedOrigins: [origin],
    signIn: (body) =>
      (body as { pwd?: unknown }).pwd === 'secret' ? { user: 'maggie', roles: ['writer'] } : undefined,
    ...options,
  });
  const { authenticate, admit, handler } = sessions;
  const usher = await createUsher({ allowedOrigins: [origin], rooms: ['general'], sessions, authenticate, admit });
  sessions.useRevoke((session, cause) => usher.revoke(session, cause));
  const app = express();
  app.use(express.json(), handler);
  const bare = createServer((request, response) => {
    handler(request, response, () => response.writeHead(404).end());
  });
  const server = inExpress ? createServer(app as never) : bare;
  usher.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { origin, ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const cookieOf = (response: Response): string => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  async function signIn() {
    const response = await call('POST', '/api/auth', {}, { user: 'maggie', pwd: 'secret' });
    const { token } = (await response.json()) as { token: string };
    return { response, cookie: cookieOf(response), bearer: { authorization: `Bearer ${token}` } };
  }
  const refresh = (cookie: string, headers = {}) => call('POST', '/api/auth/refresh', { cookie, ...headers });
  const connect = async (bearer: Record<string, string>) => {
    const response = await call('GET', '/api/ws_ticket', bearer);
    const { ticket } = (await response.json()) as { ticket: string };
    return openSocket({ port }, `ticket=${ticket}`);
  };
  return { call, cookieOf, signIn, refresh, connect };
}

test.each([false, true])(
  'signs in, opens a connection with the roles, and sets a strict cookie (in Express: %s)',
  async (inExpress) => {
    const { signIn, connect, call } = await start({}, inExpress);
    const { response, bearer } = await signIn();
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Secure-usher_refresh=[\w.-]{66}; Max-Age=\d+; Path=\/api\/auth; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await connect(bearer)).welcome).toMatchObject({ user: 'maggie', roles: ['writer'] });
    expect((await call('GET', '/elsewhere')).status).toBe(404);
  },
);

test('rejects wrong credentials, a body that is not JSON, and a page of another origin', async () => {
  const { call } = await start();
  const wrong = await call('POST', '/api/auth', {}, { user: 'maggie', pwd: 'x' });
  expect(await wrong.json()).toMatchObject({ status: 401, code: 'invalid_credentials' });
  expect((await call('POST', '/api/auth')).status).toBe(400);
  const foreign = await call(
    'POST',
    '/api/auth',
    { origin: 'https://evil.example' },
    { user: 'maggie', pwd: 'secret' },
  );
  expect(foreign.status).toBe(403);
  expect((await call('POST', '/api/auth', {}, { pwd: 'x'.repeat(20_000) })).status).toBe(400);
});

test('rotates the refresh token, and two tabs that use one token at the same moment receive the same successor', async () => {
  const { signIn, refresh, cookieOf } = await start();
  const { cookie } = await signIn();
  const [one, other] = await Promise.all([refresh(cookie), refresh(cookie)]);
  expect([one.status, other.status]).toEqual([200, 200]);
  expect(cookieOf(one)).toBe(cookieOf(other));
  expect(cookieOf(one)).not.toBe(cookie);
  expect((await refresh(cookieOf(one))).status).toBe(200);
});

test('a token that is used again after the grace period ends the session and its connections', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { signIn, refresh, connect, cookieOf } = await start();
  const { cookie, bearer } = await signIn();
  const { socket } = await connect(bearer);
  const closed = once(socket, 'close');
  const next = cookieOf(await refresh(cookie));
  vi.setSystemTime(Date.now() + 5_001);
  const reused = await refresh(cookie);
  expect(await reused.json()).toMatchObject({ status: 401, code: 'session_ended', detail: 'refresh_reused' });
  expect((await closed)[0]).toBe(4501);
  expect(await (await refresh(next)).json()).toMatchObject({ code: 'session_ended', detail: 'refresh_reused' });
});

test.each([
  ['by the access token', true],
  ['by the cookie', false],
])('signs out %s: the connections close, and neither token is valid any longer', async (_name, byToken) => {
  const { signIn, call, connect, refresh } = await start();
  const { cookie, bearer } = await signIn();
  const closed = once((await connect(bearer)).socket, 'close');
  const response = await call('DELETE', '/api/auth', byToken ? bearer : { cookie });
  expect(response.status).toBe(204);
  expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await closed)[0]).toBe(4501);
  expect((await refresh(cookie)).status).toBe(401);
  expect(await (await call('GET', '/api/ws_ticket', bearer)).json()).toMatchObject({ code: 'session_ended' });
});

test.each([
  ['of another origin', { origin: 'https://evil.example' }, 403, 'origin_forbidden'],
  ['without a cookie', { cookie: '' }, 401, 'missing_token'],
  [
    'with an unknown token',
    { cookie: `__Secure-usher_refresh=${'A'.repeat(22)}.${'B'.repeat(43)}` },
    401,
    'session_ended',
  ],
])('rejects a refresh %s', async (_name, headers, status, code) => {
  const { signIn, refresh } = await start();
  const response = await refresh((await signIn()).cookie, headers);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code });
});

test('rejects tokens that are forged, expired or signed with another algorithm', async () => {
  const { call, signIn } = await start({ accessSeconds: 1 });
  const { bearer } = await signIn();
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${bearer.authorization.split('.')[1] ?? ''}.`;
  for (const authorization of [`Bearer ${none}`, `${bearer.authorization}x`, 'Bearer x'])
    expect(await (await call('GET', '/api/ws_ticket', { authorization })).json()).toMatchObject({
      code: 'invalid_token',
    });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2_000 });
  expect(await (await call('GET', '/api/ws_ticket', bearer)).json()).toMatchObject({ code: 'token_expired' });
});

test.each([
  ['secret', { secret: 'short' }],
  ['path', { path: 'auth' }],
  ['signIn', { signIn: undefined as never }],
  ['accessSeconds', { accessSeconds: 0 }],
])('an invalid %s is named', async (name, options) => {
  await expect(start(options)).rejects.toThrow(`invalid ${name}`);
});
