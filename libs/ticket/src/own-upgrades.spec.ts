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

test('an upgrade on any other path is 404, with a ticket or without, and burns nothing', async () => {
  const server = await startGateServer();
  for (const path of paths) {
    const ticket = await server.ticket();
    expect((await sendHandshake(server.port, path)).status, path).toBe(404);
    expect((await sendHandshake(server.port, `${path}?ticket=${ticket}`)).status, path).toBe(404);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status, path).toBe(101);
  }
});

const mistakes: [string, (app: FastifyInstance) => void | Promise<void>][] = [
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
    'a listener for upgrades that says yes to everything',
    (app) => {
      for (const add of ['on', 'prependListener', 'once'] as const) {
        app.server[add]('upgrade', (_request, socket) => {
          socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        });
      }
    },
  ],
];

test.each(mistakes)('%s, there before the gate, lets nobody in', async (_name, mistake) => {
  const server = await startGateServer({ before: mistake });
  for (const path of paths) expect([path, (await sendHandshake(server.port, path)).status]).toEqual([path, 404]);
  for (const query of ['', `?ticket=${'A'.repeat(43)}`]) {
    expect((await sendHandshake(server.port, `/api/ws${query}`)).status).toBe(401);
  }
  expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
});

test.each(mistakes)('%s, there after the gate, lets nobody in', async (_name, mistake) => {
  // The gate alone: @fastify/websocket cannot be registered below itself.
  const app = Fastify();
  await app.register(ticketGate, {
    store: createMemoryTicketStore(),
    allowedOrigins: [],
    authenticate: () => ({ user: 'lisa', session: 's' }),
  });
  await mistake(app);
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  for (const path of paths) expect([path, (await sendHandshake(portOf(app), path)).status]).toEqual([path, 404]);
  // Even with a ticket: those who should take it over were never told of `gate.server`.
  const { ticket } = (await app.inject('/api/ws_ticket')).json<{ ticket: string }>();
  expect((await sendHandshake(portOf(app), `/api/ws?ticket=${ticket}`)).status).toBe(500);
  await app.close();
});

test('a stock Fastify lets such an upgrade in: this is what the gate is for', async () => {
  const app = Fastify();
  await app.register(websocket);
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await sendHandshake(portOf(app), '/plain')).status).toBe(101);
  await app.close();
});

test('taking every listener away opens nothing', async () => {
  const server = await startGateServer({
    after: (app) => {
      app.server.removeAllListeners('upgrade');
    },
  });
  for (const path of ['/plain', '/api/ws', `/api/ws?ticket=${await server.ticket()}`]) {
    expect((await sendHandshake(server.port, path)).raw, path).toBe('');
  }
});

test('a target in absolute form means the same as its path, and its ticket is not logged', async () => {
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

test('the authority of an absolute target replaces the Host header, for everything behind the gate', async () => {
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

test('what asks for another protocol than a WebSocket gets its plain answer, as HTTP clients expect that try h2c', async () => {
  const server = await startGateServer();
  const headers = { connection: 'close, Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
  expect(await sendHandshake(server.port, '/plain', { headers })).toMatchObject({ status: 200, body: 'plain' });
  expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, { headers })).status).toBe(400);
});

test('an app’s own say on upgrades is not asked: it would see the ticket, and could send it to the router', async () => {
  const asked: unknown[] = [];
  const app = Fastify({ http: { shouldUpgradeCallback: (request) => asked.push(request.url) > 1_000 } });
  await app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [] });
  app.get('/plain', () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await sendHandshake(portOf(app), '/plain')).status).toBe(404);
  expect((await sendHandshake(portOf(app), `/api/ws?ticket=${'A'.repeat(43)}`)).status).toBe(401);
  expect(asked).toEqual([]);
  await app.close();
});

test('every address that Fastify listens on stands behind the gate, upgrades and plain requests alike', async () => {
  // A name of two addresses, as `localhost` is where there is IPv6.
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
    const ask = (target: string) => sendHandshake(server.port, target, {}, address);
    expect((await ask('/plain')).status).toBe(404);
    expect((await ask(`/api/ws?ticket=${'A'.repeat(43)}`)).status).toBe(401);
    const plain = await fetch(`http://${address}:${server.port}/plain?ticket=${ticket}&at=${address}`);
    expect(await plain.text()).toBe('plain');
    expect(server.log()).toContain(`/plain?ticket=redacted&at=${address}`);
    expect((await ask(`/api/ws?ticket=${ticket}`)).status).toBe(101);
    expect(server.log()).not.toContain(ticket);
  }
});

test('once the app closes, whoever knocks is told that the server drains', async () => {
  const held = Promise.withResolvers<undefined>();
  const server = await startGateServer({
    after: (app) => {
      app.addHook('preClose', () => held.promise);
    },
  });
  const ticket = await server.ticket();
  const closed = server.app.close();
  await expect.poll(async () => (await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(503);
  held.resolve(undefined);
  await closed;
});

test('an HTTP/2 server is refused at registration: its sockets would go round the gate', async () => {
  const app = Fastify({ http2: true });
  // Typed for HTTP/1.1 servers alone; this is for whoever does without types.
  app.register(ticketGate as never, { store: createMemoryTicketStore(), allowedOrigins: [] });
  await expect(app.ready()).rejects.toThrow('http2');
});
