import { PostgresServer, RedisClusterServers, RedisSentinelServers, RedisServer } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.start();
  return () => postgres.stop();
});

/** Two nodes on one PostgreSQL database and the Redis of a URL. A user may open two connections. */
async function twoNodes(redisUrl: string, settingsOfFirst = {}): Promise<readonly [TestApp, TestApp]> {
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: redisUrl,
    JWT_SECRET: 'the same secret on all of the nodes',
    MAX_CONNECTIONS_PER_USER: '2',
    HEARTBEAT_MS: '60000',
    TICKET_TTL_SECONDS: '120',
  };
  return [await newApp({ ...env, ...settingsOfFirst }), await newApp(env)];
}

const key = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Uses everything that the nodes share: tickets, presence, messages, limits and revocations. */
async function useEverything(here: TestApp, there: TestApp): Promise<void> {
  const token = await here.signIn('maggie');
  const [ticket, spare] = [await here.ticket(token), await here.ticket(token)];
  const maggie = await there.dial(`?ticket=${ticket}`);
  if (!(maggie instanceof TestSocket)) throw new Error(`maggie was refused: ${maggie.status}`);
  expect(await here.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401 });
  const bart = await here.connect('bart');
  await maggie.data('join', { room: 'general' });
  await bart.data('join', { room: 'general' });
  expect(await maggie.take(({ type, user }) => type === 'presence' && user === 'bart')).toMatchObject({
    status: 'online',
  });
  await bart.data('send', { room: 'general', key: key(1), text: 'from here' });
  expect(await maggie.next('message')).toMatchObject({ from: 'bart', text: 'from here' });

  await here.connect('maggie', token);
  expect(await there.dial(`?ticket=${spare}`)).toMatchObject({ status: 429, body: { code: 'too_many_connections' } });

  const wrong = ({ call }: TestApp) => call('POST', '/api/auth', { body: { user: 'lisa', pwd: 'wrong' } });
  for (let attempt = 0; attempt < 10; attempt++) await wrong(attempt % 2 === 0 ? here : there);
  for (const node of [here, there]) expect(await wrong(node)).toMatchObject({ status: 429 });
  expect((await here.call('GET', '/api/rooms', { token })).status).toBe(200);

  const { status, json } = await here.call('DELETE', '/api/sessions', { token });
  expect([status, json]).toEqual([200, expect.objectContaining({ closed: 2 })]);
  expect(await maggie.closed).toBe(4501);
}

test('nodes share everything in a Redis Cluster', async () => {
  const cluster = await RedisClusterServers.start();
  onTestFinished(() => cluster.stop());
  const [here, there] = await twoNodes(cluster.url);
  await useEverything(here, there);
}, 60_000);

test('nodes share everything as a Redis user with the rights that docs/deploying.md lists', async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const client = redis.client();
  await client.connect();
  await client.acl('SETUSER', 'usher', 'on', '>p@ss', '~{usher-*', '&usher:*', '+@all');
  const [here, there] = await twoNodes(`unix://usher:p%40ss@${redis.socketPath}`);
  await useEverything(here, there);
});

test('open sockets survive a failover of Sentinel, and the nodes share everything again after it', async () => {
  const sentinel = await RedisSentinelServers.start();
  onTestFinished(() => sentinel.stop());
  const [here, there] = await twoNodes(sentinel.url);
  const token = await here.signIn('maggie');
  const [maggie, bart] = [await here.connect('maggie', token), await there.connect('bart')];
  for (const socket of [maggie, bart]) await socket.data('join', { room: 'general' });

  await sentinel.failOver();
  // During the failover messages are durable, and members on other nodes read them from the history.
  await maggie.data('send', { room: 'general', key: key(1), text: 'during the failover' });
  expect(await bart.take(({ text }) => text === 'during the failover')).toMatchObject({ seq: 1 });
  for (const node of [here, there]) {
    await expect
      .poll(async () => (await node.call('GET', '/api/ws_ticket', { token })).status, { timeout: 20_000 })
      .toBe(200);
  }
  await bart.data('send', { room: 'general', key: key(2), text: 'after the failover' });
  expect(await maggie.take(({ text }) => text === 'after the failover')).toMatchObject({ seq: 2 });
  // The open connection counts as soon as its node has reported it to the new primary.
  await there.connect('maggie', token);
  for (const node of [here, there]) {
    await expect
      .poll(async () => (await node.call('GET', '/api/ws_ticket', { token })).json?.['code'], { timeout: 20_000 })
      .toBe('too_many_connections');
  }
  const { json } = await there.call('DELETE', '/api/sessions', { token });
  expect(json).toMatchObject({ closed: 2 });
  expect(json?.['nodes']).toHaveLength(2);
  expect(await maggie.closed).toBe(4501);
  expect(bart.ws.readyState).toBe(bart.ws.OPEN);
}, 60_000);

test('with REDIS_WAIT_REPLICAS a used ticket stays used after a failover, and without replicas no ticket is accepted', async () => {
  const sentinel = await RedisSentinelServers.start();
  onTestFinished(() => sentinel.stop());
  const [waiting, other] = await twoNodes(sentinel.url, { REDIS_WAIT_REPLICAS: '1' });
  const token = await waiting.signIn('maggie');
  const spare = await waiting.ticket(token);
  let used = '';
  // On a busy machine, the replica may acknowledge too late, which is a 503.
  await expect
    .poll(
      async () => {
        used = await waiting.ticket(token);
        return waiting.dial(`?ticket=${used}`);
      },
      { timeout: 20_000 },
    )
    .toBeInstanceOf(TestSocket);
  await sentinel.failOver();
  await expect
    .poll(async () => (await other.call('GET', '/api/ws_ticket', { token })).status, { timeout: 20_000 })
    .toBe(200);
  expect(await other.dial(`?ticket=${used}`)).toMatchObject({ status: 401 });
  // The former primary is down, so there is no replica.
  await expect
    .poll(async () => (await waiting.call('GET', '/api/ws_ticket', { token })).status, { timeout: 20_000 })
    .toBe(200);
  expect(await waiting.dial(`?ticket=${spare}`)).toMatchObject({
    status: 503,
    body: { code: 'store_unavailable' },
  });
}, 60_000);
