import express, { type Application, type RequestHandler } from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendHandshake } from '@usher/ticket/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createExpressUsher, type ExpressUsherOptions, type Usher } from './express.ts';
import { allowedOrigin, openSocket, ownsUpgradesContract } from './testing.ts';

async function listen(app: Application, usher: Usher) {
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => {
      resolve(listening);
    });
    usher.attach(listening);
  });
  const close = async (): Promise<void> => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, usher, close };
}

ownsUpgradesContract('Express', async ({ authenticateBy, ...options }) => {
  const app = express();
  app.use(express.json());
  app.get('/plain', (_request, response) => void response.send('plain'));
  app.post('/echo', (request, response) => void response.json(request.body));
  return listen(
    app,
    await createExpressUsher(app, { ...options, authenticate: ({ headers }) => authenticateBy(headers) }),
  );
});

/** Starts an app with this middleware before the ticket call, and without an own `authenticate`. */
async function start(
  middleware: RequestHandler,
  options: Partial<ExpressUsherOptions> = {},
  setUp?: (app: Application) => void,
) {
  const app = express();
  setUp?.(app);
  app.use(middleware);
  const usher = await createExpressUsher(app, { allowedOrigins: [allowedOrigin], rooms: ['general'], ...options });
  const server = await listen(app, usher);
  onTestFinished(server.close);
  const call = (init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}/api/ws_ticket`, init);
  return { ...server, call };
}

const asLisa =
  (name: 'auth' | 'user'): RequestHandler =>
  (request, _response, next) => {
    Object.assign(request, { [name]: { sub: 'lisa', sid: 'session-2' } });
    next();
  };

describe('the middleware of the app', () => {
  test.each(['auth', 'user'] as const)('authenticates the ticket call with request.%s', async (name) => {
    const { port, call } = await start(asLisa(name));
    const { ticket } = (await (await call()).json()) as { ticket: string };
    expect((await openSocket({ port }, `ticket=${ticket}`)).welcome).toMatchObject({ user: 'lisa' });
  });

  test('that sets no claims, or claims without a session, leads to 401', async () => {
    const none = await start((_request, _response, next) => {
      next();
    });
    expect(await (await none.call()).json()).toMatchObject({ code: 'missing_token' });
    const incomplete = await start((request, _response, next) => {
      Object.assign(request, { auth: { sub: 'lisa' } });
      next();
    });
    expect(await (await incomplete.call()).json()).toMatchObject({ code: 'invalid_token' });
  });

  test('may reject the ticket call itself', async () => {
    const { call } = await start((_request, response) => void response.sendStatus(418));
    expect((await call()).status).toBe(418);
  });

  test('decides about CORS if it sets the headers', async () => {
    const { call } = await start((request, response, next) => {
      response.set({ 'access-control-allow-origin': '*', vary: 'Accept' });
      asLisa('auth')(request, response, next);
    });
    const { headers } = await call({ headers: { origin: allowedOrigin } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('vary')).toBe('Accept');
  });
});

test('a HEAD request issues no ticket', async () => {
  const { call } = await start(asLisa('auth'));
  expect((await call({ method: 'HEAD' })).status).toBe(404);
});

test.each([
  ['as the setting "trust proxy" says', {}, (app: Application) => app.set('trust proxy', 1), '203.0.113.7'],
  ['as the option trustProxy says', { trustProxy: ['127.0.0.1'] }, undefined, '203.0.113.7'],
  ['never by default', {}, undefined, '127.0.0.1'],
] as const)('X-Forwarded-For names the client %s', async (_name, options, setUp, address) => {
  const addresses: (string | undefined)[] = [];
  const hooks = { onHandshake: (outcome: { readonly address: string | undefined }) => addresses.push(outcome.address) };
  const { port } = await start(asLisa('auth'), { ...options, hooks }, setUp);
  await sendHandshake(port, '/api/ws', { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(addresses).toEqual([address]);
});
