import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { allowedOrigin, exampleKey, handshakeBytes, sendHandshake, startGateServer } from './testing/gate-server.ts';
import { TicketStoreUnavailable } from './ticket-store.ts';

const unknownTicket = 'A'.repeat(43);

describe('a handshake with a valid ticket', () => {
  test('opens a WebSocket that delivers messages', async () => {
    const server = await startGateServer();
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/ws?ticket=${await server.ticket()}`, 'usher.v1');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('hello');
    expect(socket.protocol).toBe('usher.v1');
    socket.terminate();
    expect(server.outcomes).toMatchObject([{ outcome: 'admitted', claims: { user: 'maggie', session: 'session-1' } }]);
    expect(server.outcomes[0]?.ms).toBeGreaterThan(0);
  });

  test.each([
    ['no subprotocol list and no origin, as sent by clients that are not browsers', {}, undefined],
    ['the supported subprotocol among others', { 'sec-websocket-protocol': 'chat, usher.v1' }, 'usher.v1'],
    ['an allowed origin', { origin: allowedOrigin }, undefined],
    ['header values in another letter case', { connection: 'keep-alive, UPGRADE', upgrade: 'WebSocket' }, undefined],
  ])('is accepted with %s', async (_name, headers, protocol) => {
    const server = await startGateServer();
    const response = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, { headers });
    expect(response.status).toBe(101);
    expect(response.headers['sec-websocket-protocol']).toBe(protocol);
    expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  test('keeps a frame that arrives in the same segment', async () => {
    const server = await startGateServer({
      after: (app) => {
        app.gate.server.once('upgrade', (_request, _socket, head: Buffer) => heads.push(head));
      },
    });
    const heads: Buffer[] = [];
    const socket = connect(server.port, '127.0.0.1');
    // A masked ping (RFC 6455 §5.5.2) with an empty mask, in the same segment as the handshake.
    const ping = Buffer.from([0x89, 0x81, 0, 0, 0, 0, 0x21]);
    socket.write(
      Buffer.concat([Buffer.from(handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`)), ping]),
    );
    let response = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => (response = Buffer.concat([response, data])));
    await expect.poll(() => response.includes(Buffer.from([0x8a, 0x01, 0x21]))).toBe(true);
    expect(heads).toEqual([ping]);
    socket.destroy();
  });

  test('is accepted with a percent-encoded parameter name and with other parameters', async () => {
    const server = await startGateServer();
    expect((await sendHandshake(server.port, `/api/ws?a=b&%74icket=${await server.ticket()}&c`)).status).toBe(101);
  });
});

describe('before the ticket is consumed', () => {
  test.each([
    ['another method', { method: 'POST' }, 400],
    ['another version of HTTP', { version: '1.0' }, 400],
    ['no host', { headers: { host: undefined } }, 400],
    ['an empty host', { headers: { host: '' } }, 400],
    ['two hosts', { headers: { host: ['a', 'b'] } }, 400],
    ['no key', { headers: { 'sec-websocket-key': undefined } }, 400],
    ['a key that is too short', { headers: { 'sec-websocket-key': 'dGhl' } }, 400],
    ['a key that is not base64', { headers: { 'sec-websocket-key': '!GhlIHNhbXBsZSBub25jZQ==' } }, 400],
    ['two keys', { headers: { 'sec-websocket-key': [exampleKey, exampleKey] } }, 400],
    ['another upgrade', { headers: { upgrade: 'h2c' } }, 400],
    ['a body', { headers: { 'content-length': '5' } }, 400],
    ['a chunked body', { headers: { 'transfer-encoding': 'chunked' } }, 400],
    ['no version', { headers: { 'sec-websocket-version': undefined } }, 400],
    ['version 8', { headers: { 'sec-websocket-version': '8' } }, 426],
    ['version 14', { headers: { 'sec-websocket-version': '14' } }, 426],
    ['two versions', { headers: { 'sec-websocket-version': ['13', '13'] } }, 426],
  ])('a handshake with %s is rejected, and the ticket stays valid', async (_name, parts, status) => {
    const server = await startGateServer();
    const ticket = await server.ticket();
    const response = await sendHandshake(server.port, `/api/ws?ticket=${ticket}`, parts);
    expect(response.status).toBe(status);
    if (status === 426) expect(response.headers['sec-websocket-version']).toBe('13');
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
  });

  test('a content length of 0 does not count as a body', async () => {
    const server = await startGateServer();
    const headers = { 'content-length': '0' };
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, { headers })).status).toBe(101);
  });

  test('a request target with a fragment is rejected, and the ticket stays valid', async () => {
    const server = await startGateServer();
    const ticket = await server.ticket();
    for (const target of [`/api/ws?ticket=${ticket}#x`, `/api/ws#?ticket=${ticket}`]) {
      expect((await sendHandshake(server.port, target)).status, target).toBe(400);
    }
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
  });

  test.each(['draining', 'at_capacity'] as const)(
    'a server that is %s rejects with 503, and the ticket stays valid',
    async (code) => {
      let full = true;
      const server = await startGateServer({ capacity: () => (full ? { code, retryAfterMs: 2_500 } : undefined) });
      full = false;
      const ticket = await server.ticket();
      full = true;
      const response = await sendHandshake(server.port, `/api/ws?ticket=${ticket}`);
      expect(response.status).toBe(503);
      expect(response.headers['retry-after']).toBe('3');
      expect(JSON.parse(response.body)).toMatchObject({ code, status: 503, retryAfterMs: 2_500 });
      full = false;
      expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
    },
  );

  test.each(['/api/ws', '/api/ws?', '/api/ws?ticket=', '/api/ws?ticket', '/api/ws?Ticket=x', '/api/ws?token=x'])(
    '%s is rejected with missing_ticket',
    async (target) => {
      const server = await startGateServer();
      const response = await sendHandshake(server.port, target);
      expect(response.status).toBe(401);
      expect(response.headers['content-length']).toBe(String(response.body.length));
      expect(response.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'www-authenticate': 'Bearer',
        'referrer-policy': 'no-referrer',
        connection: 'close',
      });
      expect(JSON.parse(response.body)).toMatchObject({ title: 'Missing ticket', code: 'missing_ticket', status: 401 });
    },
  );
});

describe('the ticket check', () => {
  test('sends the same bytes for every rejection reason and reports the reason through onHandshake', async () => {
    let now = Date.now();
    const store = createMemoryTicketStore({ now: () => now });
    const server = await startGateServer({ store });
    const used = await server.ticket();
    await sendHandshake(server.port, `/api/ws?ticket=${used}`);
    const revoked = await server.ticket();
    await store.revokeSession('session-1');
    const [firstOfTwo, secondOfTwo] = [await server.ticket(), await server.ticket()];
    const early = await store.issue({ user: 'maggie', session: 'session-2', endpoint: '/api/ws' }, 10_000);
    const otherEndpoint = await store.issue({ user: 'maggie', session: 'session-2', endpoint: '/other' });
    const late = await store.issue({ user: 'maggie', session: 'session-3', endpoint: '/api/ws' });
    if (!early.ok || !otherEndpoint.ok || !late.ok) throw new Error('not issued');
    server.outcomes.length = 0;
    const responses = [];
    for (const query of [
      `ticket=${unknownTicket}`,
      'ticket=short',
      `ticket=${used}`,
      `ticket=${revoked}`,
      `ticket=${early.ticket}`,
      `ticket=${otherEndpoint.ticket}`,
      `ticket=${firstOfTwo}&ticket=${secondOfTwo}`,
      'ticket=&ticket=',
    ]) {
      responses.push(await sendHandshake(server.port, `/api/ws?${query}`));
    }
    now += 30_000;
    responses.push(await sendHandshake(server.port, `/api/ws?ticket=${late.ticket}`));
    expect(new Set(responses.map(({ raw }) => raw)).size).toBe(1);
    expect(responses[0]?.status).toBe(401);
    expect(JSON.parse(responses[0]?.body ?? '')).toMatchObject({ title: 'Invalid ticket', code: 'invalid_ticket' });
    const faults = server.outcomes.map(({ reason }) => reason);
    expect(faults.slice(0, 8)).toEqual([
      'unknown',
      'malformed',
      'used',
      'revoked',
      'early',
      'endpoint',
      'several',
      'several',
    ]);
    expect(faults[8]).toMatch(/^(expired|unknown)$/);
    expect(server.outcomes[2]?.claims).toMatchObject({ user: 'maggie' });
    // Both tickets of the request with two tickets are consumed.
    now -= 30_000;
    expect((await sendHandshake(server.port, `/api/ws?ticket=${firstOfTwo}`)).status).toBe(401);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${secondOfTwo}`)).status).toBe(401);
  });

  test('rejects an access token and does not log it', async () => {
    const server = await startGateServer();
    const response = await sendHandshake(server.port, `/api/ws?ticket=${server.token()}`);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'invalid_ticket' });
    expect(server.log()).not.toContain(server.token().split('.')[2]);
  });

  test('accepts exactly one of fifty concurrent uses', async () => {
    const server = await startGateServer();
    const target = `/api/ws?ticket=${await server.ticket()}`;
    const responses = await Promise.all(Array.from({ length: 50 }, () => sendHandshake(server.port, target)));
    expect(responses.filter(({ status }) => status === 101)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(49);
  });
});

describe('a handshake that passes the checks before its ticket', () => {
  test.each([
    ['an ended session', { admit: () => ({ ok: false, reason: 'revoked' }) as const }, {}, 401, 'invalid_ticket'],
    [
      'too many connections of the user',
      { admit: () => ({ ok: false, reason: 'too_many_connections', retryAfterMs: 1_000 }) as const },
      {},
      429,
      'too_many_connections',
    ],
    [
      'a subprotocol that the user may not use',
      { admit: () => ({ ok: false, reason: 'forbidden' }) as const },
      {},
      403,
      'forbidden',
    ],
    ['another origin', {}, { origin: 'https://evil.example' }, 403, 'origin_forbidden'],
    [
      'an origin that starts with an allowed one',
      {},
      { origin: `${allowedOrigin}.evil.example` },
      403,
      'origin_forbidden',
    ],
    ['an allowed host on another port', {}, { origin: `${allowedOrigin}:444` }, 403, 'origin_forbidden'],
    ['an allowed host over http', {}, { origin: 'http://chat.example' }, 403, 'origin_forbidden'],
    ['the origin null', {}, { origin: 'null' }, 403, 'origin_forbidden'],
    ['two Origin headers', {}, { origin: [allowedOrigin, allowedOrigin] }, 403, 'origin_forbidden'],
    ['unsupported subprotocols', {}, { 'sec-websocket-protocol': 'chat, usher.v2' }, 400, 'unsupported_protocol'],
    ['a repeated subprotocol', {}, { 'sec-websocket-protocol': 'usher.v1, usher.v1' }, 400, 'unsupported_protocol'],
    ['a malformed subprotocol list', {}, { 'sec-websocket-protocol': 'usher.v1,,' }, 400, 'unsupported_protocol'],
  ])('is rejected because of %s, and its ticket is consumed', async (_name, options, headers, status, code) => {
    let released = 0;
    const release = () => (released += 1);
    const server = await startGateServer({ admit: (claims) => ({ ok: true, identity: claims, release }), ...options });
    const ticket = await server.ticket();
    const response = await sendHandshake(server.port, `/api/ws?ticket=${ticket}`, { headers });
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ code });
    if (!('admit' in options)) expect(released).toBe(1);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
    expect(server.outcomes.at(-1)).toMatchObject({ reason: 'used' });
  });

  test('is rejected if the store is unavailable', async () => {
    const store = createMemoryTicketStore();
    const server = await startGateServer({
      store: { ...methodsOf(store), consume: () => Promise.reject(new TicketStoreUnavailable('gone')) },
    });
    const response = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`);
    expect(response.status).toBe(503);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'store_unavailable' });
  });
});

function methodsOf(store: ReturnType<typeof createMemoryTicketStore>) {
  return {
    issue: store.issue.bind(store),
    consume: store.consume.bind(store),
    revokeSession: store.revokeSession.bind(store),
  };
}
