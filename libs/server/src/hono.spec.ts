import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { jwt, sign } from 'hono/jwt';
import { expect, onTestFinished, test } from 'vitest';
import { createHonoUsher } from './hono.ts';
import { allowedOrigin, openSocket, ownsUpgradesContract } from './testing.ts';
import type { Usher } from './index.ts';

async function listen(app: Hono, usher: Usher) {
  const server = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => {
      resolve(listening);
    }) as Server;
    usher.attach(listening);
  });
  const close = async (): Promise<void> => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, usher, close };
}

ownsUpgradesContract('Hono', async ({ authenticateBy, ...options }) => {
  const app = new Hono();
  app.get('/plain', (context) => context.text('plain'));
  app.post('/echo', async (context) => context.json(await context.req.json<object>()));
  const authenticate = ({ req }: { readonly req: { header(): Record<string, string> } }) =>
    authenticateBy(req.header());
  return listen(app, await createHonoUsher(app, { ...options, authenticate }));
});

const secret = 'a secret of at least thirty-two bytes, for tests';

test('the middleware jwt authenticates, and the middleware cors decides about origins', async () => {
  const app = new Hono();
  app.use(cors({ origin: 'https://own.example' }));
  app.use('/api/ws_ticket', jwt({ secret, alg: 'HS256' }));
  const usher = await createHonoUsher(app, { allowedOrigins: [allowedOrigin], rooms: ['general'] });
  const server = await listen(app, usher);
  onTestFinished(server.close);
  const call = (init: RequestInit) => fetch(`http://127.0.0.1:${server.port}/api/ws_ticket`, init);
  const token = await sign({ sub: 'lisa', sid: 'session-2' }, secret);
  const response = await call({ headers: { authorization: `Bearer ${token}`, origin: 'https://own.example' } });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://own.example');
  const { ticket } = (await response.json()) as { ticket: string };
  expect((await openSocket(server, `ticket=${ticket}`)).welcome).toMatchObject({ user: 'lisa' });
  expect((await call({})).status).toBe(401);
  expect((await call({ method: 'HEAD', headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
});

test('an app without @hono/node-server returns 500 and names what is missing', async () => {
  const errors: Error[] = [];
  const app = new Hono();
  app.onError((error, context) => {
    errors.push(error);
    return context.text('error', 500);
  });
  const usher = await createHonoUsher(app, { allowedOrigins: [], rooms: ['general'] });
  onTestFinished(() => usher.close());
  expect((await app.request('/api/ws_ticket')).status).toBe(500);
  expect(errors[0]?.message).toBe('createHonoUsher requires @hono/node-server');
});
