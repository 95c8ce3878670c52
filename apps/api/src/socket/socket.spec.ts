import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { tempFolder } from '../testing/per-test.ts';
import { dial, TestSocket } from '../testing/test-socket.ts';

const send = (text: string, key = crypto.randomUUID()): object => ({ room: 'general', key, text });

describe('a ticket', () => {
  test('opens one socket, whose welcome names the user', async () => {
    const { call, signIn, dial } = await newApp({ TICKET_TTL_SECONDS: '20', LEASE_SECONDS: '600' });
    const { json, headers } = await call('GET', '/api/ws_ticket', { token: await signIn('admin') });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      ticket: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      expires: expect.any(Number) as unknown,
      connectAfterMs: 0,
    });
    const lifetime = Number(json?.['expires']) - Date.now() / 1000;
    expect(lifetime).toBeGreaterThan(10);
    expect(lifetime).toBeLessThanOrEqual(21);
    const socket = await dial(`?ticket=${String(json?.['ticket'])}`);
    expect(socket).toBeInstanceOf(TestSocket);
    if (!(socket instanceof TestSocket)) return;
    expect(socket.ws.protocol).toBe('usher.v1');
    expect(await socket.next('welcome')).toMatchObject({ user: 'admin', roles: ['admin'], heartbeatMs: 25_000 });
    const again = await dial(`?ticket=${String(json?.['ticket'])}`);
    expect(again).toMatchObject({ status: 401, body: { code: 'invalid_ticket', title: 'Invalid ticket' } });
  });

  test('opens exactly one socket for fifty simultaneous uses', async () => {
    const { signIn, ticket, dial } = await newApp();
    const query = `?ticket=${await ticket(await signIn())}`;
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => dial(query)));
    const open = outcomes.filter((outcome) => outcome instanceof TestSocket);
    expect(open).toHaveLength(1);
    for (const outcome of outcomes) {
      if (!(outcome instanceof TestSocket))
        expect(outcome).toMatchObject({ status: 401, body: { code: 'invalid_ticket' } });
    }
  });

  test('is rejected after its session has ended, with the response for any invalid ticket', async () => {
    const { call, signIn, ticket, dial, log } = await newApp();
    const token = await signIn();
    const query = `?ticket=${await ticket(token)}`;
    await call('DELETE', '/api/auth', { token });
    const refused = await dial(query);
    const guess = await dial(`?ticket=${'A'.repeat(43)}`);
    expect(refused).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
    expect('body' in refused && 'body' in guess && refused.body).toEqual('body' in guess && guess.body);
    expect(log.join('')).toContain('revoked');
  });

  test('is not an access token, and an access token is not a ticket', async () => {
    const { signIn, dial } = await newApp();
    const token = await signIn();
    expect(await dial(`?ticket=${token}`)).toMatchObject({ status: 401, body: { code: 'invalid_ticket' } });
    expect(await dial(`?token=${token}`)).toMatchObject({ status: 401, body: { code: 'missing_ticket' } });
    expect(await dial('', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({
      status: 401,
      body: { code: 'missing_ticket', title: 'Missing ticket' },
    });
  });
});

/** The paths of all registered routes, parsed from the printed tree of the router. */
function registeredPaths(app: FastifyInstance): string[] {
  const branch: string[] = [];
  const paths: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S+)( \(.*)?$/.exec(line) ?? [];
    if (part === '') continue;
    branch.length = indent.length / 4;
    branch.push(part);
    if (methods !== undefined) paths.push(branch.join('').replace(/^\*/, '/*'));
  }
  return paths;
}

describe('the gate', () => {
  test('rejects upgrades on all other paths', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'index.html'), 'page');
    const { app, url, signIn, ticket } = await newApp({}, root);
    const paths = new Set(['/', '/nowhere', '/api', '/api/ws/', '/API/WS', '//api/ws', ...registeredPaths(app)]);
    paths.add('/api/ws_ticket').delete('/api/ws');
    expect([...paths]).toEqual(
      expect.arrayContaining(['/api/health/live', '/api/rooms', '/metrics', '/api/ws_ticket']),
    );
    for (const path of paths) {
      const query = `?ticket=${await ticket(await signIn())}`;
      const outcome = await dial(`${url.replace('http', 'ws')}${path.replace(':room', 'general')}${query}`);
      expect({ path, status: outcome instanceof TestSocket ? 101 : outcome.status }).toEqual({ path, status: 404 });
    }
  });

  test('responds 426 to a request without an upgrade', async () => {
    const { call } = await newApp();
    const { status, headers, json } = await call('GET', '/api/ws?ticket=whatever');
    expect({ status, upgrade: headers.get('upgrade'), json }).toMatchObject({
      status: 426,
      upgrade: 'websocket',
      json: { code: 'upgrade_required' },
    });
  });

  test('logs a forbidden origin as a warning once per minute, with the setting to change', async () => {
    const { signIn, ticket, dial, log } = await newApp();
    const token = await signIn();
    const hostile = 'https://evil.example","level":"fatal';
    for (const origin of ['https://chat.example', 'https://chat.example', hostile]) {
      await dial(`?ticket=${await ticket(token)}`, { origin });
    }
    const warnings = log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ setting }) => setting === 'ALLOWED_ORIGINS');
    expect(warnings).toMatchObject([
      {
        level: 'warn',
        origin: 'https://chat.example',
        msg: expect.stringContaining('ALLOWED_ORIGINS') as string,
      },
      { origin: hostile, suppressed: 1 },
    ]);
  });

  test('accepts its own origins and consumes the ticket of a foreign origin', async () => {
    const { url, signIn, ticket, dial } = await newApp();
    const port = new URL(url).port;
    const token = await signIn();
    for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      expect(await dial(`?ticket=${await ticket(token)}`, { origin })).toBeInstanceOf(TestSocket);
    }
    const query = `?ticket=${await ticket(token)}`;
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port}.evil.example`]) {
      expect(await dial(`?ticket=${await ticket(token)}`, { origin })).toMatchObject({
        status: 403,
        body: { code: 'origin_forbidden' },
      });
    }
    expect(await dial(query, { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await dial(query)).toMatchObject({ status: 401, body: { code: 'invalid_ticket' } });
  });

  test('accepts a client without a subprotocol and rejects one with only unknown subprotocols', async () => {
    const { signIn, ticket, dial } = await newApp();
    const token = await signIn();
    const plain = await dial(`?ticket=${await ticket(token)}`, { protocols: [] });
    expect(plain).toBeInstanceOf(TestSocket);
    if (plain instanceof TestSocket) expect(plain.ws.protocol).toBe('');
    expect(await dial(`?ticket=${await ticket(token)}`, { protocols: ['graphql-ws'] })).toMatchObject({
      status: 400,
      body: { code: 'unsupported_protocol' },
    });
  });

  test('enforces the connection limit of a user for parallel handshakes', async () => {
    const { call, signIn, ticket, connect, dial } = await newApp({ MAX_CONNECTIONS_PER_USER: '3' });
    const token = await signIn();
    const tickets = await Promise.all(Array.from({ length: 8 }, () => ticket(token)));
    const outcomes = await Promise.all(tickets.map((each) => dial(`?ticket=${each}`)));
    const open = outcomes.filter((outcome) => outcome instanceof TestSocket);
    expect(open).toHaveLength(3);
    const refused = outcomes.find((outcome) => !(outcome instanceof TestSocket));
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_connections' } });
    expect(await call('GET', '/api/ws_ticket', { token })).toMatchObject({
      status: 429,
      json: { code: 'too_many_connections', retryAfterMs: expect.any(Number) as unknown },
    });
    open[0]?.ws.close();
    await open[0]?.closed;
    await expect(connect('maggie', token)).resolves.toBeInstanceOf(TestSocket);
    await expect(connect('bart')).resolves.toBeInstanceOf(TestSocket);
  });

  test('rejects connections at capacity', async () => {
    const { call, signIn, ticket, connect, dial } = await newApp({ MAX_CONNECTIONS: '1' });
    const token = await signIn('bart');
    const query = `?ticket=${await ticket(token)}`;
    await connect('maggie');
    expect(await dial(query)).toMatchObject({ status: 503, body: { code: 'at_capacity' } });
    expect(await call('GET', '/api/ws_ticket', { token })).toMatchObject({
      status: 503,
      json: { code: 'at_capacity' },
    });
  });

  test('permits at most ten outstanding tickets per session', async () => {
    const { call, signIn } = await newApp();
    const token = await signIn();
    const codes: unknown[] = [];
    for (let time = 0; time < 11; time++) codes.push((await call('GET', '/api/ws_ticket', { token })).json?.['code']);
    expect(codes).toEqual([...Array<undefined>(10).fill(undefined), 'too_many_tickets']);
  });
});

describe('over the socket', () => {
  test('users exchange messages and recover missed ones after a reconnect', async () => {
    const { connect } = await newApp();
    const [maggie, bart] = [await connect('maggie'), await connect('bart')];
    const joined = await maggie.data('join', { room: 'general' });
    expect(joined).toMatchObject({ room: 'general', seq: 0, recovery: 'fresh', messages: [] });
    expect(await bart.data('join', { room: 'general' })).toMatchObject({
      present: expect.arrayContaining([
        { user: 'maggie', status: 'online' },
        { user: 'bart', status: 'online' },
      ]) as unknown,
    });
    const first = await maggie.data('send', send('hello'));
    expect(first).toEqual({ seq: 1, at: expect.any(Number) as unknown });
    const heard = await bart.next('message');
    expect(heard).toMatchObject({ room: 'general', seq: 1, from: 'maggie', text: 'hello' });
    expect(heard).not.toHaveProperty('key');
    expect(await maggie.next('message')).toEqual(heard);

    bart.ws.terminate();
    await bart.closed;
    await maggie.data('send', send('are you there?'));
    const back = await connect('bart');
    const recovered = await back.data('join', { room: 'general', epoch: joined['epoch'], after: 1 });
    expect(recovered).toMatchObject({ recovery: 'recovered', seq: 2, more: false });
    expect(recovered['messages']).toMatchObject([{ seq: 2, text: 'are you there?' }]);
  });

  test('a repeated key returns the same message', async () => {
    const { connect } = await newApp();
    const maggie = await connect('maggie');
    await maggie.data('join', { room: 'general' });
    const message = send('once');
    const first = await maggie.data('send', message);
    expect(await maggie.data('send', message)).toEqual(first);
    expect(await maggie.data('join', { room: 'general' })).toMatchObject({ seq: 1 });
  });

  test('a fresh ticket renews the lease, but not one of another session', async () => {
    const { signIn, ticket, connect } = await newApp();
    const token = await signIn();
    const socket = await connect('maggie', token);
    expect(await socket.data('renew', { ticket: await ticket(token) })).toEqual({
      lease: expect.any(Number) as unknown,
    });
    for (const wrong of [await ticket(await signIn('bart')), await ticket(await signIn('maggie')), 'nonsense']) {
      expect(await socket.ask('renew', { ticket: wrong })).toMatchObject({ type: 'error', code: 'invalid_ticket' });
    }
  });

  test('sign-out closes the sockets of that session only', async () => {
    const { call, signIn, connect } = await newApp();
    const [laptop, phone] = [await signIn(), await signIn()];
    const ending = [await connect('maggie', laptop), await connect('maggie', laptop)];
    const staying = [await connect('maggie', phone), await connect('bart')];
    expect((await call('DELETE', '/api/auth', { token: laptop })).status).toBe(204);
    expect(await Promise.all(ending.map(({ closed }) => closed))).toEqual([4501, 4501]);
    for (const socket of staying) expect(await socket.data('ping')).toEqual({});
  });

  test('a handshake that is overtaken by sign-out does not keep its socket open', async () => {
    const { app, call, signIn, ticket, dial } = await newApp();
    const token = await signIn();
    const queries = await Promise.all(Array.from({ length: 8 }, async () => `?ticket=${await ticket(token)}`));
    const attempts = queries.map((query) => dial(query));
    expect((await call('DELETE', '/api/auth', { token })).status).toBe(204);
    for (const outcome of await Promise.all(attempts)) {
      if (outcome instanceof TestSocket) expect(await outcome.closed).toBe(4501);
      else expect(outcome).toMatchObject({ status: 401, body: { code: 'invalid_ticket' } });
    }
    expect(app.connections.size).toBe(0);
  });

  test('a frame that is larger than 64 KiB, binary or not UTF-8 closes the socket', async () => {
    const { connect } = await newApp();
    const [large, binary] = [await connect('maggie'), await connect('bart')];
    large.ws.send(JSON.stringify({ type: 'ping', id: 1, x: 'x'.repeat(65_536) }));
    expect(await large.closed).toBe(1009);
    binary.ws.send(Buffer.from([1, 2, 3]));
    expect(await binary.closed).toBe(1003);
  });
});
