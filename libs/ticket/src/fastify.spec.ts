import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { ticketGate, type TicketGateOptions } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { sendHandshake, startGateServer } from './testing/gate-server.ts';

test('a plain GET of the endpoint receives 426 and the protocol to upgrade to', async () => {
  const server = await startGateServer();
  const response = await server.app.inject(`/api/ws?ticket=${await server.ticket()}`);
  expect(response.statusCode).toBe(426);
  expect(response.headers.upgrade).toBe('websocket');
  expect(response.json()).toMatchObject({ code: 'upgrade_required' });
});

test('each ticket call is named by a receipt, even if it is rejected', async () => {
  const server = await startGateServer();
  const receipts: unknown[] = [];
  for (const authorization of [`Bearer ${server.token()}`, 'Bearer invalid']) {
    const response = await server.app.inject({ url: '/api/ws_ticket', headers: { authorization } });
    receipts.push(response.headers['usher-receipt']);
  }
  expect(receipts).toEqual([expect.stringMatching(/^.{3}-.{3}$/), expect.stringMatching(/^.{3}-.{3}$/)]);
  expect(new Set(receipts).size).toBe(2);
});

test('no ticket is logged, whatever the request looks like', async () => {
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
  // The bytes of a request that is not HTTP are not logged either.
  expect(server.log()).toContain('client error');
  expect(server.log()).not.toContain('rawPacket');
  expect(JSON.stringify(server.outcomes)).not.toMatch(/[\w-]{43}/);
});

test('an access token in a URL is not logged', async () => {
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
  ['maxPendingHandshakes', { maxPendingHandshakes: 0 }],
  ['handshakeTimeoutMs', { handshakeTimeoutMs: -1 }],
  ['storeTimeoutMs', { storeTimeoutMs: 1.5 }],
])('an invalid %s rejects app.ready with an error that names the option', async (name, options) => {
  const app = Fastify();
  app.register(ticketGate, { store: createMemoryTicketStore(), allowedOrigins: [], ...options });
  await expect(app.ready()).rejects.toThrow(name);
});
