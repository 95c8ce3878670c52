import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { defineProtocol, Type } from '@usher/protocol/server';
import { RequestError } from '@usher/realtime';
import { createMemoryTicketStore, TicketStoreUnavailable } from '@usher/ticket';
import { sendHandshake } from '@usher/ticket/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createUsher, type Replay, type UsherOptions } from '../index.ts';
import { openSocket, request, ticketOf } from '../testing/owns-upgrades-contract.ts';
import { byName, startNode } from '../testing/start-node.ts';

const evil = { headers: { origin: 'https://evil.example' } };

describe('a rejected origin', () => {
  test('is logged once per origin and minute as a warning that names the option', async () => {
    const node = await startNode();
    for (let attempt = 0; attempt < 3; attempt++)
      await sendHandshake(node.port, `/api/ws?ticket=${await ticketOf(node)}`, evil);
    expect(node.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'origin not allowed: add it to allowedOrigins',
        fields: { origin: 'https://evil.example', setting: 'allowedOrigins' },
      },
    ]);
  });
});

describe('admit', () => {
  test('gives the connection its roles and the end of its lease, and again at a renewal', async () => {
    const ends = Date.now() + 60_000;
    const roles = [['reader'], ['writer']];
    const node = await startNode({ admit: () => ({ roles: roles.shift() ?? [], ends }) });
    const { socket, welcome } = await openSocket(node, `ticket=${await ticketOf(node)}`);
    expect(welcome).toMatchObject({ roles: ['reader'], lease: Math.ceil(ends / 1_000) });
    const { reply } = await request(socket, { id: 1, type: 'renew', ticket: await ticketOf(node) });
    expect(reply).toMatchObject({ type: 'reply' });
    expect(node.usher.connections.list()[0]?.identity.roles).toEqual(['writer']);
  });

  test('that returns undefined rejects the ticket', async () => {
    const node = await startNode({ admit: () => undefined });
    expect((await sendHandshake(node.port, `/api/ws?ticket=${await ticketOf(node)}`)).body).toContain('Invalid ticket');
  });

  test('that throws causes a 500, or a 503 if a store is unavailable', async () => {
    const broken = await startNode({ admit: () => Promise.reject(new Error('no such table')) });
    expect((await sendHandshake(broken.port, `/api/ws?ticket=${await ticketOf(broken)}`)).status).toBe(500);
    const down = await startNode({ admit: () => Promise.reject(new TicketStoreUnavailable('the database is down')) });
    expect((await sendHandshake(down.port, `/api/ws?ticket=${await ticketOf(down)}`)).status).toBe(503);
    expect(down.usher.reservations.size).toBe(0);
  });
});

describe('a renewal', () => {
  test('rejects the ticket of another user, and reports a used one', async () => {
    const replays: Replay[] = [];
    const node = await startNode({ hooks: { onReplay: (replay) => replays.push(replay) } });
    const { socket } = await openSocket(node, `ticket=${await ticketOf(node)}`);
    const ofBart = await ticketOf(node, 'bart');
    const other = await request(socket, { id: 1, type: 'renew', ticket: ofBart });
    expect(other.reply).toMatchObject({ type: 'error', code: 'invalid_ticket' });
    const again = await request(socket, { id: 2, type: 'renew', ticket: ofBart });
    expect(again.reply).toMatchObject({ type: 'error', code: 'invalid_ticket' });
    expect(replays).toMatchObject([{ claims: { user: 'bart' } }]);
  });
});

describe('limits', () => {
  test('the connections of a user', async () => {
    const node = await startNode({ limits: { connectionsPerUser: 1 } });
    await openSocket(node, `ticket=${await ticketOf(node)}`);
    await expect(ticketOf(node)).rejects.toThrow('too_many_connections');
    await ticketOf(node, 'bart');
  });

  test('the connections of the node', async () => {
    const node = await startNode({ limits: { connections: 1 } });
    await openSocket(node, `ticket=${await ticketOf(node)}`);
    await expect(ticketOf(node, 'bart')).rejects.toThrow('at_capacity');
  });

  test('those of each connection', async () => {
    const node = await startNode({ limits: { rooms: 1, textChars: 3 } });
    const { welcome } = await openSocket(node, `ticket=${await ticketOf(node)}`);
    expect(welcome).toMatchObject({ limits: { rooms: 1, textChars: 3 } });
  });
});

test('sessions of the application decide about tickets and handshakes, and revoke ends them', async () => {
  const ended = new Set<string>();
  const sessions: UsherOptions['sessions'] = {
    end: (list) => {
      for (const session of list) ended.add(session);
      return Promise.resolve();
    },
    causesOfEnd: (pairs) =>
      Promise.resolve(pairs.map(({ session }) => (ended.has(session) ? 'signed_out' : undefined))),
  };
  const node = await startNode({ sessions });
  const { socket } = await openSocket(node, `ticket=${await ticketOf(node)}`);
  const closed = once(socket, 'close');
  await node.usher.revoke(['maggie-1'], 'password_changed');
  expect([...ended]).toEqual(['maggie-1']);
  const [code, reason] = (await closed) as [number, Buffer];
  expect(code).toBe(4501);
  expect(reason.toString()).toContain('password_changed');
  await expect(ticketOf(node)).rejects.toThrow('session_ended');
});

test('a protocol of your own is served with its types, and without rooms', async () => {
  const shop = defineProtocol({
    name: 'shop.v1',
    requests: {
      order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
    },
    signals: {},
    events: {},
    errors: ['sold_out'],
  });
  const usher = await createUsher({ allowedOrigins: [], authenticate: byName, protocol: shop });
  onTestFinished(() => usher.close());
  expect(usher.rooms).toBeUndefined();
  usher.connections.handle('order', ({ item }) => {
    if (item === 'tea') return { number: 1 };
    throw new RequestError('sold_out', 'no more of these');
  });
  const none: undefined = usher.rooms;
  expect(none).toBeUndefined();
});

describe('the migration from tokens in the URL', () => {
  const verify = (token: string) => (token === 'maggies-token' ? { user: 'maggie', session: 'maggie-1' } : undefined);

  test('counts who uses which', async () => {
    const admitted: unknown[] = [];
    const node = await startNode({
      acceptTokens: { until: new Date(Date.now() + 60_000), verify },
      hooks: { onHandshake: ({ credential, claims }) => admitted.push([credential, claims?.user]) },
    });
    await openSocket(node, 'token=maggies-token');
    await openSocket(node, `ticket=${await ticketOf(node, 'bart')}`);
    await sendHandshake(node.port, '/api/ws?token=wrong');
    expect(admitted).toEqual([
      ['token', 'maggie'],
      ['ticket', 'bart'],
      ['token', undefined],
    ]);
    expect(node.usher.credentials).toEqual({ ticket: 1, token: 1, closedToken: 0 });
  });

  test('ends at its date: the start warns about the option, and rejected tokens are counted', async () => {
    const node = await startNode({ acceptTokens: { until: new Date(Date.now() - 1), verify } });
    expect((await sendHandshake(node.port, '/api/ws?token=maggies-token')).status).toBe(401);
    expect(node.usher.credentials).toEqual({ ticket: 0, token: 0, closedToken: 1 });
    expect(node.lines.map(({ message }) => message)).toContain(
      'acceptTokens.until has passed: remove the option acceptTokens',
    );
  });

  test('writes no token to the log', async () => {
    const node = await startNode({ acceptTokens: { until: new Date(Date.now() + 60_000), verify } });
    await openSocket(node, 'token=maggies-token');
    for (const origin of ['https://chat.example', 'https://evil.example'])
      await sendHandshake(node.port, '/api/ws?token=wrong-token', { headers: { origin } });
    await sendHandshake(node.port, '/api/ws?token=maggies-token', evil);
    expect(JSON.stringify(node.lines)).not.toMatch(/maggies-token|wrong-token/);
  });
});

test('a revocation while the ticket store is unavailable still closes the sockets', async () => {
  const store = createMemoryTicketStore();
  const node = await startNode({
    store: { ...wrap(store), revokeSession: () => Promise.reject(new TicketStoreUnavailable('down')) },
  });
  const { socket } = await openSocket(node, `ticket=${await ticketOf(node)}`);
  const closed = once(socket, 'close');
  expect(await node.usher.revoke('maggie-1')).toMatchObject({ closed: 1 });
  expect((await closed)[0]).toBe(4501);
});

function wrap(store: ReturnType<typeof createMemoryTicketStore>): NonNullable<UsherOptions['store']> {
  return {
    issue: (...call) => store.issue(...call),
    consume: (...call) => store.consume(...call),
    revokeSession: (session) => store.revokeSession(session),
  };
}

describe('an invalid option stops the start and is named:', () => {
  test.each<[string, Partial<UsherOptions>]>([
    ['allowedOrigins', { allowedOrigins: undefined as never }],
    ['allowed origin', { allowedOrigins: ['*'] }],
    ['authenticate', { authenticate: undefined as never }],
    ['authenticate', { authenticate: 'jwt' as never }],
    ['admit', { admit: {} as never }],
    ['rooms', { rooms: undefined as never }],
    ['rooms', { rooms: 'general' as never }],
    ['rooms', { rooms: ['General'] }],
    ['ticketSeconds', { ticketSeconds: 0 }],
    ['leaseSeconds', { leaseSeconds: Number.NaN }],
    ['drainSeconds', { drainSeconds: -1 }],
    ['limits.connections', { limits: { connections: 0 } }],
    ['limits.connectionsPerUser', { limits: { connectionsPerUser: 1.5 } }],
    ['limits.connectsPerSecond', { limits: { connectsPerSecond: -1 } }],
    ['store', { store: {} as never }],
    ['history', { history: [] as never }],
    ['bus', { bus: null as never }],
    ['redis', { redis: 'redis://127.0.0.1' as never }],
    ['postgres', { postgres: {} as never }],
    ['readMarkers', { readMarkers: { advance: vi.fn(), unread: vi.fn() } }],
    ['trustProxy', { trustProxy: ['proxy.internal'] }],
    ['trustProxy', { trustProxy: 0 }],
    ['endpoint', { endpoint: 'ws' }],
    ['acceptTokens.until', { acceptTokens: { until: new Date(Number.NaN), verify: () => undefined } }],
  ])('%s', async (name, options) => {
    const defaults: UsherOptions = { allowedOrigins: [], authenticate: byName, rooms: ['general'] };
    await expect(createUsher({ ...defaults, ...options })).rejects.toThrow(`invalid ${name}`);
  });

  test('the server, if it speaks HTTP/2', async () => {
    const { usher } = await startNode();
    expect(() => {
      usher.attach(createHttp2Server() as never);
    }).toThrow('invalid server');
    usher.attach(createServer());
  });
});
