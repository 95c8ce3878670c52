import websocket from '@fastify/websocket';
import dns from 'node:dns';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { ticketGate } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { sendHandshake, startGateServer } from './testing/gate-server.ts';

const paths = [
  '/',
  '/plain',
  '/api/ws_ticket',
  '/api/ws/',
  '/API/WS',
  '//api/ws',
  '/api/./ws',
  '/api/%77s',
  '/other-socket',
  '/nowhere',
  'http://127.0.0.1/other-socket',
  'http://maggie@127.0.0.1/api/ws',
  'ftp://127.0.0.1/api/ws',
  '*',
];

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}

test('an upgrade on any other path receives 404 and does not consume its ticket', async () => {
  const server = await startGateServer();
  for (const path of paths) {
    const ticket = await server.ticket();
    expect((await sendHandshake(server.port, path)).status, path).toBe(404);
    expect((await sendHandshake(server.port, `${path}?ticket=${ticket}`)).status, path).toBe(404);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status, path).toBe(101);
  }
});

const otherUpgradeHandlers: [string, (app: FastifyInstance) => void | Promise<void>][] = [
  [
    'a second @fastify/websocket on the server itself',
    async (app) => {
      await app.register(async (scope) => {
        await scope.register(websocket);
        scope.get('/other-socket', { websocket: true }, (socket) => {
          socket.send('hello');
        });
      });
    },
  ],
  [
    'a WebSocketServer of ws on the server itself',
    (app) => {
      new WebSocketServer({ server: app.server, path: '/other-socket' });
    },
  ],
  [
    'an upgrade listener that accepts every request',
    (app) => {
      for (const add of ['on', 'prependListener', 'once'] as const) {
        app.server[add]('upgrade', (_request, socket) => {
          socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        });
      }
    },
  ],
];

test.each(otherUpgradeHandlers)('%s, added before the gate, receives no upgrades', async (_name, addHandler) => {
  const server = await startGateServer({ before: addHandler });
  for (const path of paths) expect([path, (await sendHandshake(server.port, path)).status]).toEqual([path, 404]);
  for (const query of ['', `?ticket=${'A'.repeat(43)}`]) {
    expect((await sendHandshake(server.port, `/api/ws${query}`)).status).toBe(401);
  }
  expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
});

test.each(otherUpgradeHandlers)('%s, added after the gate, receives no upgrades', async (_name, addHandler) => {
  // Not `startGateServer`, because @fastify/websocket cannot be registered twice in nested scopes.
  const app = Fastify();
  await app.register(ticketGate, {
    store: createMemoryTicketStore(),
    allowedOrigins: [],
    authenticate: () => ({ user: 'lisa', session: 's' }),
  });
  await addHandler(app);
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  for (const path of paths) expect([path, (await sendHandshake(portOf(app), path)).status]).toEqual([path, 404]);
  // 500 even with a valid ticket, because no listener was added to `gate.server`.
  const { ticket } = (await app.inject('/api/ws_ticket')).json<{ ticket: string }>();
  expect((await sendHandshake(portOf(app), `/api/ws?ticket=${ticket}`)).status).toBe(500);
  await app.close();
});

test('without the gate, @fastify/websocket accepts an upgrade on a plain route', async () => {
  const app = Fastify();
  await app.register(websocket);
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await sendHandshake(portOf(app), '/plain')).status).toBe(101);
  await app.close();
});

test('without any upgrade listener, every upgrade is closed without a response', async () => {
  const server = await startGateServer({
    after: (app) => {
      app.server.removeAllListeners('upgrade');
    },
  });
  for (const path of ['/plain', '/api/ws', `/api/ws?ticket=${await server.ticket()}`]) {
    expect((await sendHandshake(server.port, path)).raw, path).toBe('');
  }
});

test('a request target in absolute form is handled like its path, and its ticket is not logged', async () => {
  const server = await startGateServer();
  for (const host of [`http://127.0.0.1:${server.port}`, 'HTTP://chat.example', 'https://[::1]:8443']) {
    const ticket = await server.ticket();
    expect((await sendHandshake(server.port, `${host}/plain`)).status).toBe(404);
    expect((await sendHandshake(server.port, `${host}/api/ws`)).status).toBe(401);
    expect((await sendHandshake(server.port, `${host}?ticket=${ticket}`)).status).toBe(404);
    expect((await sendHandshake(server.port, `${host}/api/ws?ticket=${ticket}`)).status).toBe(101);
    expect((await sendHandshake(server.port, `${host}/api/ws?ticket=${ticket}`)).status).toBe(401);
    const plain = { connection: 'close', upgrade: undefined };
    expect(await sendHandshake(server.port, `${host}/plain?ticket=${ticket}`, { headers: plain })).toMatchObject({
      status: 200,
      body: 'plain',
    });
    expect((await sendHandshake(server.port, `${host}/api/ws?ticket=${ticket}`, { headers: plain })).status).toBe(426);
    expect(server.log()).not.toContain(ticket);
  }
});

test('the authority of an absolute target replaces the Host header in the app', async () => {
  const server = await startGateServer({
    after: (app) => {
      app.get('/host', ({ host }) => host);
    },
  });
  const headers = { connection: 'close', upgrade: undefined, host: 'other.example' };
  expect((await sendHandshake(server.port, 'http://chat.example:8080/host', { headers })).body).toBe(
    'chat.example:8080',
  );
  expect((await sendHandshake(server.port, '/host', { headers })).body).toBe('other.example');
});

test('a request that offers an upgrade to h2c receives its HTTP response, and 400 on the endpoint', async () => {
  const server = await startGateServer();
  const headers = { connection: 'close, Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
  expect(await sendHandshake(server.port, '/plain', { headers })).toMatchObject({ status: 200, body: 'plain' });
  expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, { headers })).status).toBe(400);
});

test('the app’s shouldUpgradeCallback is not called, because it would see the ticket', async () => {
  const urls: unknown[] = [];
  const app = Fastify({ http: { shouldUpgradeCallback: (request) => urls.push(request.url) > 1_000 } });
  await app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [] });
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await sendHandshake(portOf(app), '/plain')).status).toBe(404);
  expect((await sendHandshake(portOf(app), `/api/ws?ticket=${'A'.repeat(43)}`)).status).toBe(401);
  expect(urls).toEqual([]);
  await app.close();
});

test('the gate covers upgrades and plain requests on every address that Fastify listens on', async () => {
  // Resolves `localhost` to two addresses, as on hosts with IPv6.
  const addresses = ['127.0.0.1', '127.0.0.2'];
  const lookup = (name: string, options: dns.LookupOptions, found: (...result: unknown[]) => void) => {
    const known = name === 'localhost' ? addresses : [name];
    if (options.all === true)
      found(
        null,
        known.map((address) => ({ address, family: 4 })),
      );
    else found(null, known[0], 4);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as typeof dns.lookup);
  const server = await startGateServer({ host: 'localhost' });
  expect(server.app.addresses()).toHaveLength(2);
  for (const address of addresses) {
    const ticket = await server.ticket();
    const send = (target: string) => sendHandshake(server.port, target, {}, address);
    expect((await send('/plain')).status).toBe(404);
    expect((await send(`/api/ws?ticket=${'A'.repeat(43)}`)).status).toBe(401);
    const plain = await fetch(`http://${address}:${server.port}/plain?ticket=${ticket}&at=${address}`);
    expect(await plain.text()).toBe('plain');
    expect(server.log()).toContain(`/plain?ticket=redacted&at=${address}`);
    expect((await send(`/api/ws?ticket=${ticket}`)).status).toBe(101);
    expect(server.log()).not.toContain(ticket);
  }
});

test('while the app closes, handshakes receive 503', async () => {
  const closing = Promise.withResolvers<undefined>();
  const server = await startGateServer({
    after: (app) => {
      app.addHook('preClose', () => closing.promise);
    },
  });
  const ticket = await server.ticket();
  const closed = server.app.close();
  await expect.poll(async () => (await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(503);
  closing.resolve(undefined);
  await closed;
});

test('registration fails on an HTTP/2 server, whose WebSockets would bypass the gate', async () => {
  const app = Fastify({ http2: true });
  // The types exclude HTTP/2 servers. The check is for apps written in JavaScript.
  app.register(ticketGate as never, { store: createMemoryTicketStore(), allowedOrigins: [] });
  await expect(app.ready()).rejects.toThrow('http2');
});
