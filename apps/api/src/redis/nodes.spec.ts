import { setTimeout as delay } from 'node:timers/promises';
import { PostgresServer, RedisServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.start();
  return () => postgres.stop();
});

/** Two nodes on one PostgreSQL database and a Redis of their own. */
async function twoNodes(settings: Readonly<Record<string, string>> = {}): Promise<{
  readonly redis: RedisServer;
  readonly databaseUrl: string;
  readonly nodes: readonly [TestApp, TestApp];
}> {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: `unix://${redis.socketPath}`,
    JWT_SECRET: 'the same secret on all of the nodes',
    HEARTBEAT_MS: '60000',
    ...settings,
  };
  return { redis, databaseUrl: env.DATABASE_URL, nodes: [await newApp(env), await newApp(env)] };
}

const key = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

test('a ticket of one node is valid on another, once', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes();
  const ticket = await here.ticket(await here.signIn('maggie'));
  const socket = await there.dial(`?ticket=${ticket}`);
  expect(socket).toBeInstanceOf(TestSocket);
  expect(await here.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
});

test('users on two nodes share messages and presence', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes();
  const [maggie, bart] = [await here.connect('maggie'), await there.connect('bart')];
  await maggie.data('join', { room: 'general' });
  const token = await there.signIn('lisa');
  // Her node reports it to the others after it has replied to the join.
  await expect
    .poll(async () => (await there.call('GET', '/api/rooms/general/members', { token })).json)
    .toMatchObject({
      members: expect.arrayContaining([expect.objectContaining({ user: 'maggie', status: 'online' })]) as unknown,
    });
  expect(await bart.data('join', { room: 'general' })).toMatchObject({
    present: expect.arrayContaining([expect.objectContaining({ user: 'maggie' })]) as unknown,
  });
  expect(await maggie.take(({ type, user }) => type === 'presence' && user === 'bart')).toMatchObject({
    room: 'general',
    status: 'online',
  });
  await maggie.data('send', { room: 'general', key: key(1), text: 'from here' });
  expect(await bart.next('message')).toMatchObject({ room: 'general', seq: 1, from: 'maggie', text: 'from here' });
  await bart.data('send', { room: 'general', key: key(2), text: 'from there' });
  expect(await maggie.take(({ seq }) => seq === 2)).toMatchObject({ from: 'bart', text: 'from there' });
});

test('another program publishes in its own transaction, and the members on all nodes receive it after the commit', async () => {
  const { databaseUrl, nodes } = await twoNodes();
  const members = [await nodes[0].connect('maggie'), await nodes[1].connect('bart')];
  for (const member of members) await member.data('join', { room: 'general' });
  const reader = await nodes[0].signIn('lisa');
  const pool = new Pool({ connectionString: databaseUrl });
  onTestFinished(() => pool.end());
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('CREATE TABLE orders (number int)');
  for (const order of [4711, 4712]) {
    await client.query('INSERT INTO orders VALUES ($1)', [order]);
    const text = `order ${order} is paid, @bart`;
    await client.query('SELECT usher_publish($1, $2, $3)', ['general', `order ${order}`, { text }]);
  }
  const history = () => nodes[0].call('GET', '/api/rooms/general/messages', { token: reader });
  expect((await history()).json).toMatchObject({ messages: [] });
  await client.query('COMMIT');
  client.release();
  for (const member of members) {
    for (const [index, order] of [4711, 4712].entries()) {
      expect(await member.next('message')).toMatchObject({
        seq: index + 1,
        from: 'system',
        text: `order ${order} is paid, @bart`,
      });
    }
  }
  // The words and mentions are stored as for a message of a user.
  const found = await nodes[1].call('GET', '/api/search?q=4712%20paid', { token: reader });
  expect(found.json).toMatchObject({ messages: [{ room: 'general', seq: 2, from: 'system' }] });
  const rooms = (await nodes[0].call('GET', '/api/rooms', { token: await nodes[0].signIn('bart') })).json?.['rooms'];
  expect(rooms).toContainEqual(expect.objectContaining({ room: 'general', unread: 2, mentions: 2 }));
});

test('a sign-out on one node closes the sockets on all nodes, with a complete proof', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes();
  const token = await here.signIn('maggie');
  const sockets = [await here.connect('maggie', token), await there.connect('maggie', token)];
  const { status, json } = await here.call('DELETE', '/api/sessions', { token });
  expect([status, json]).toEqual([200, expect.objectContaining({ closed: 2 })]);
  expect(json?.['nodes']).toHaveLength(2);
  expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4501, 4501]);
  expect((await there.call('GET', '/api/ws_ticket', { token })).status).toBe(401);
});

test('the connections of a user count on all nodes', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes({ MAX_CONNECTIONS_PER_USER: '2' });
  const token = await here.signIn('maggie');
  const tickets = [await here.ticket(token), await here.ticket(token)];
  const first = await here.connect('maggie', token);
  await there.connect('maggie', token);
  for (const node of [here, there]) {
    expect(await node.call('GET', '/api/ws_ticket', { token })).toMatchObject({
      status: 429,
      json: { code: 'too_many_connections' },
    });
    expect(await node.dial(`?ticket=${tickets.pop() ?? ''}`)).toMatchObject({
      status: 429,
      body: { code: 'too_many_connections' },
    });
  }
  await there.connect('bart');
  first.ws.close();
  await expect.poll(async () => (await there.call('GET', '/api/ws_ticket', { token })).status).toBe(200);
});

test('a client whose connections cannot be counted gets 503 and opens no socket', async () => {
  const {
    redis,
    nodes: [here, there],
  } = await twoNodes();
  const token = await here.signIn('maggie');
  const ticket = await here.ticket(token);
  const client = redis.client();
  await client.connect();
  await client.set('{usher-connections:maggie}', 'not a hash');
  expect(await here.call('GET', '/api/ws_ticket', { token })).toMatchObject({
    status: 503,
    json: { code: 'store_unavailable' },
  });
  expect(await there.dial(`?ticket=${ticket}`)).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
  await client.del('{usher-connections:maggie}');
  await there.connect('maggie', token);
});

test('nodes share the connection slots, and a slot is free once its ticket is used on another node', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes({ CONNECTS_PER_SECOND: '1', MAX_CONNECTIONS_PER_USER: '1' });
  const token = await here.signIn('maggie');
  // A revocation reads the list of nodes, so that the first node discovers the second one at once.
  await here.call('DELETE', '/api/sessions', { token: await here.signIn('bart') });
  const ticketOf = ({ call }: TestApp, of = token) => call('GET', '/api/ws_ticket', { token: of });
  expect((await ticketOf(here)).json).toMatchObject({ connectAfterMs: 0 });
  // One of two nodes assigns a slot every two seconds.
  const queued = await ticketOf(here);
  const wait = Number(queued.json?.['connectAfterMs']);
  expect(wait).toBeGreaterThan(1_000);
  expect(wait).toBeLessThanOrEqual(2_000);
  expect((await ticketOf(there)).json).toMatchObject({ connectAfterMs: 0 });

  // A user with one connection may hold ten slots that begin later, on all nodes and over all sessions.
  const second = await there.signIn('maggie');
  for (let slot = 1; slot < 10; slot++) expect((await ticketOf(there, second)).status).toBe(200);
  for (const node of [here, there]) {
    expect(await ticketOf(node, second)).toMatchObject({ status: 429, json: { code: 'too_many_tickets' } });
  }
  await delay(wait);
  const socket = await there.dial(`?ticket=${String(queued.json?.['ticket'])}`);
  if (!(socket instanceof TestSocket)) throw new Error(`refused: ${socket.status}`);
  socket.ws.close();
  await socket.closed;
  await expect.poll(async () => (await ticketOf(here, second)).status).toBe(200);
});

test('failed sign-ins count on all nodes, and unknown users get the same response', async () => {
  const { nodes } = await twoNodes();
  for (const user of ['maggie', 'unknown-user']) {
    const signIn = ({ call }: TestApp) => call('POST', '/api/auth', { body: { user, pwd: 'wrong' } });
    for (let attempt = 0; attempt < 5; attempt++) {
      for (const node of nodes) {
        expect(await signIn(node)).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
      }
    }
    for (const node of nodes) {
      const { status, json } = await signIn(node);
      expect([status, json?.['code']]).toEqual([429, 'too_many_attempts']);
      expect(json?.['retryAfterMs']).toBeGreaterThan(60_000);
      expect(json?.['retryAfterMs']).toBeLessThanOrEqual(300_000);
    }
  }
});

test('sign-ups count on all nodes', async () => {
  const {
    nodes: [here, there],
  } = await twoNodes({ SIGN_UPS_PER_ADDRESS: '2' });
  const signUp = ({ call }: TestApp, user: string) =>
    call('POST', '/api/users', { body: { user, pwd: 'a password of my own' } });
  expect((await signUp(here, 'first')).status).toBe(201);
  expect((await signUp(there, 'second')).status).toBe(201);
  for (const node of [here, there]) {
    expect(await signUp(node, 'third')).toMatchObject({ status: 429, json: { code: 'too_many_attempts' } });
  }
});

test('calls that load the database count on all nodes, others on each', async () => {
  const {
    redis,
    nodes: [here, there],
  } = await twoNodes({ CALLS_PER_SECOND: '2' });
  const token = await here.signIn('maggie');
  const statusOf = async ({ call }: TestApp, path: string) => (await call('GET', path, { token })).status;
  expect(await statusOf(here, '/api/rooms')).toBe(200);
  expect(await statusOf(there, '/api/rooms')).toBe(200);
  expect(await statusOf(there, '/api/rooms')).toBe(429);
  const client = redis.client();
  await client.connect();
  expect(await client.keys('{usher-calls:*')).toEqual(['{usher-calls:user:maggie}']);
  for (let call = 0; call < 10; call++) expect(await statusOf(here, '/api/me')).toBe(200);
  expect(await statusOf(here, '/api/me')).toBe(429);
});

test('without Redis no ticket is issued or accepted, messages are stored, and everything recovers without a restart', async () => {
  const {
    redis,
    nodes: [here, there],
  } = await twoNodes();
  const token = await here.signIn('maggie');
  const [maggie, bart] = [await here.connect('maggie', token), await there.connect('bart')];
  for (const client of [maggie, bart]) await client.data('join', { room: 'general' });
  await redis.kill();
  expect(await here.call('GET', '/api/ws_ticket', { token })).toMatchObject({
    status: 503,
    json: { code: 'store_unavailable' },
  });
  expect(await maggie.ask('send', { room: 'general', key: key(1), text: 'meanwhile' })).toMatchObject({
    type: 'reply',
  });
  await redis.start();
  // The other node is notified of the gap and reads the missed messages from the history.
  expect(await bart.take(({ text }) => text === 'meanwhile')).toMatchObject({ seq: 1 });
  await expect
    .poll(async () => (await here.call('GET', '/api/ws_ticket', { token })).status, { timeout: 15_000 })
    .toBe(200);
});

test('a server without a reachable Redis does not start', async () => {
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: 'unix:///nowhere/redis.sock',
    JWT_SECRET: 'the same secret on all of the nodes',
  };
  await expect(newApp(env)).rejects.toThrow('the socket of REDIS_URL does not exist');
});
