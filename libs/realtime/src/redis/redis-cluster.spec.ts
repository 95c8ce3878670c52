import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { clusterContract } from '../testing.ts';
import { RedisCluster, type RedisClusterOptions } from './redis-cluster.ts';

let shared: RedisServer;

beforeAll(async () => {
  shared = await RedisServer.start();
  return () => shared.stop();
});

async function join(options: Partial<RedisClusterOptions> & { readonly prefix: string }, server = shared) {
  const redis = server.client({ commandTimeout: 500 });
  await redis.connect();
  const cluster = await RedisCluster.join({ redis, leaseMs: 300, ...options });
  const down: string[] = [];
  let lost = 0;
  cluster.onNodeDown((node) => down.push(node));
  cluster.onLeaseLost(() => lost++);
  onTestFinished(async () => {
    await cluster.close();
    redis.disconnect();
  });
  return { cluster, redis, down, lost: () => lost };
}

const prefix = (): string => `{${randomUUID()}}`;

clusterContract('RedisCluster', async () => {
  const at = prefix();
  const node = async (): Promise<RedisCluster> => (await join({ prefix: at })).cluster;
  return { here: await node(), there: await node(), join: node };
});

/** As a process that is suspended or has crashed: it does nothing and its lease expires. */
function suspend({ redis }: { readonly redis: Redis }): () => Promise<void> {
  redis.disconnect();
  return () => redis.connect();
}

test('every node sees all nodes, and a node that closes is reported down to the others', async () => {
  const at = prefix();
  const [one, two, three] = [
    await join({ prefix: at }),
    await join({ prefix: at }),
    await join({ prefix: at, id: 'three' }),
  ];
  const ids = [one, two, three].map(({ cluster }) => cluster.id).toSorted();
  for (const { cluster } of [one, two, three]) expect((await cluster.nodes()).toSorted()).toEqual(ids);
  await three.cluster.close();
  for (const { cluster } of [one, two]) expect(await cluster.nodes()).not.toContain('three');
  expect([one.down, two.down, three.down]).toEqual([['three'], ['three'], []]);
  await one.cluster.nodes();
  expect(one.down).toEqual(['three']);
  await expect(three.cluster.nodes()).rejects.toThrow('has left the cluster');
});

test('a node that does not renew its lease is down, and detects the lost lease when it is back', async () => {
  const at = prefix();
  const [here, there] = [await join({ prefix: at }), await join({ prefix: at, id: 'there' })];
  await here.cluster.nodes();
  const resume = suspend(there);
  await expect.poll(() => here.down, { timeout: 3_000 }).toEqual(['there']);
  // It knows by its own clock, no later than the others.
  expect([here.cluster.isLive(), there.cluster.isLive()]).toEqual([true, false]);
  expect(await here.cluster.nodes()).toEqual([here.cluster.id]);
  expect(there.lost()).toBe(0);
  await resume();
  await expect.poll(there.lost, { timeout: 3_000 }).toBe(1);
  expect(there.cluster.isLive()).toBe(true);
  expect(await here.cluster.nodes()).toContain('there');
});

test('nodes stay in the list until they can register again when Redis lost its data', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const at = prefix();
  const [here, there] = [await join({ prefix: at }, server), await join({ prefix: at, id: 'there' }, server)];
  await here.cluster.nodes();
  const ready = new Promise((resolve) => here.redis.once('ready', resolve));
  await server.kill();
  await expect(here.cluster.nodes()).rejects.toThrow('Redis is unavailable');
  await server.start();
  await ready;
  expect(await here.cluster.nodes()).toContain('there');
  await expect.poll(there.lost, { timeout: 3_000 }).toBe(1);
  await expect.poll(() => here.cluster.nodes(), { timeout: 3_000 }).toContain('there');
  expect(here.down).toEqual([]);
});

test('a crashed node is down even if Redis lost its data meanwhile', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const at = prefix();
  const [here, there] = [await join({ prefix: at }, server), await join({ prefix: at, id: 'there' }, server)];
  await here.cluster.nodes();
  there.redis.disconnect();
  const ready = new Promise((resolve) => here.redis.once('ready', resolve));
  await server.kill();
  await server.start();
  await ready;
  await expect.poll(() => here.down, { timeout: 3_000 }).toEqual(['there']);
});

test('rejects if Redis does not respond', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const redis = server.client({ commandTimeout: 50 });
  await redis.connect();
  server.pause();
  await expect(RedisCluster.join({ redis, prefix: prefix() })).rejects.toThrow('Redis is unavailable');
  server.resume();
  redis.disconnect();
});
