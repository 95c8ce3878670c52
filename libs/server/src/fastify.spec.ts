import jwt from '@fastify/jwt';
import { sendHandshake } from '@usher/ticket/testing';
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { usher } from './fastify.ts';
import { allowedOrigin, openSocket, ownsUpgradesContract } from './testing.ts';

ownsUpgradesContract('Fastify', async ({ authenticateBy, ...options }) => {
  const app = Fastify();
  await app.register(usher, { ...options, authenticate: ({ headers }) => authenticateBy(headers) });
  app.get('/plain', () => 'plain');
  app.post('/echo', ({ body }) => body);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: (app.server.address() as AddressInfo).port, usher: app.usher, close: () => app.close() };
});

test('by default @fastify/jwt authenticates, and hooks of the app see the ticket call', async () => {
  const seen: string[] = [];
  const app = Fastify();
  onTestFinished(() => app.close());
  app.addHook('onRequest', (request, _reply, next) => {
    seen.push(request.url);
    next();
  });
  await app.register(jwt, { secret: 'a secret of at least thirty-two bytes, for tests' });
  await app.register(usher, { allowedOrigins: [allowedOrigin], rooms: ['general'] });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const token = app.jwt.sign({ sub: 'lisa', sid: 'session-2' });
  const call = (authorization: string) => app.inject({ url: '/api/ws_ticket', headers: { authorization } });
  const { ticket } = (await call(`Bearer ${token}`)).json<{ ticket: string }>();
  expect((await openSocket({ port }, `ticket=${ticket}`)).welcome).toMatchObject({ user: 'lisa' });
  expect((await call('Bearer wrong')).json()).toMatchObject({ code: 'invalid_token' });
  const expired = app.jwt.sign({ sub: 'lisa', sid: 'session-2', exp: 1 });
  expect((await call(`Bearer ${expired}`)).json()).toMatchObject({ code: 'token_expired' });
  expect(seen).toEqual(['/api/ws_ticket', '/api/ws_ticket', '/api/ws_ticket']);
});

test('headers of CORS that the app has set take precedence', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers({ 'access-control-allow-origin': 'https://own.example', vary: 'Origin' });
    next();
  });
  await app.register(usher, {
    allowedOrigins: [allowedOrigin],
    rooms: ['general'],
    authenticate: () => ({ user: 'a', session: 'b' }),
  });
  const { headers, statusCode } = await app.inject({ url: '/api/ws_ticket', headers: { origin: allowedOrigin } });
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://own.example', vary: 'Origin' });
});

test('a HEAD request issues no ticket', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(usher, {
    allowedOrigins: [],
    rooms: ['general'],
    authenticate: () => ({ user: 'a', session: 'b' }),
  });
  expect((await app.inject({ method: 'HEAD', url: '/api/ws_ticket' })).statusCode).toBe(404);
});

test('every server that Fastify starts for localhost is protected', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(usher, {
    allowedOrigins: [],
    rooms: ['general'],
    authenticate: () => ({ user: 'a', session: 'b' }),
  });
  app.get('/plain', () => 'plain');
  await app.listen({ host: 'localhost', port: 0 });
  for (const { address, port } of app.addresses() as AddressInfo[]) {
    expect((await sendHandshake(port, '/plain', {}, address)).status).toBe(404);
  }
});

test('a server with HTTP/2 is rejected at registration', async () => {
  const app = Fastify({ http2: true });
  onTestFinished(() => app.close());
  const options = { allowedOrigins: [], rooms: ['general'], authenticate: () => ({ user: 'a', session: 'b' }) };
  await expect(app.register(usher as never, options as never)).rejects.toThrow('invalid server');
});
