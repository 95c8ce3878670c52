import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectionCountsContract } from '../testing.ts';
import { RedisCluster } from './redis-cluster.ts';
import { RedisConnectionCounts } from './redis-connection-counts.ts';

let shared: RedisServer;

beforeAll(async () => {
  shared = await RedisServer.start();
  return () => shared.stop();
});

async function newNode(name: string, server = shared, refreshMs = 300_000) {
  const redis = server.client();
  await redis.connect();
  const cluster = await RedisCluster.join({ redis, prefix: `{${name}}`, leaseMs: 600 });
  const counts = new RedisConnectionCounts({ redis, cluster, prefix: name, refreshMs });
  onTestFinished(async () => {
    counts.close();
    await cluster.close();
    redis.disconnect();
  });
  return { redis, cluster, counts };
}

/** The reports in Redis, by node. */
const reportsOf = async (redis: Redis, name: string, user: string): Promise<Record<string, string>> => {
  const reports = await redis.hgetall(`{${name}:${user}}`);
  return Object.fromEntries(Object.entries(reports).map(([node, report]) => [node, report.split(' ')[0] ?? '']));
};

connectionCountsContract('RedisConnectionCounts', async () => {
  const server = await RedisServer.start();
  const name = randomUUID();
  const nodes = [await newNode(name, server), await newNode(name, server), await newNode(name, server)] as const;
  const [here, there, third] = nodes;
  return {
    here: here.counts,
    there: there.counts,
    third: third.counts,
    crash: async () => {
      third.redis.disconnect();
      await expect.poll(() => here.cluster.nodes(), { timeout: 10_000 }).not.toContain(third.cluster.id);
    },
    interrupt: () => {
      server.pause();
      return () => {
        server.resume();
      };
    },
    close: () => server.stop(),
  };
});

test('takes one round trip, and compares the nodes with the cluster only at the limit', async () => {
  const name = randomUUID();
  const [here, there] = [await newNode(name), await newNode(name)];
  await there.counts.reserve('maggie', 1, 2);
  const commands: string[] = [];
  const monitor = await here.redis.duplicate().monitor();
  onTestFinished(() => {
    monitor.disconnect();
  });
  const marker = new Promise((resolve) => {
    monitor.on('monitor', (_time: string, [command = '', , , key = '']: string[]) => {
      if (key === `{${name}:maggie}`) commands.push(command.toLowerCase());
      if (command.toLowerCase() === 'echo') resolve(undefined);
    });
  });
  expect(await here.counts.reserve('maggie', 1, 2)).toBe(true);
  await here.redis.echo('done');
  await marker;
  expect(commands).toEqual(['evalsha']);
});

test('reports the connections of several users in one script', async () => {
  const name = randomUUID();
  const { redis, counts } = await newNode(name);
  const users = Array.from({ length: 50 }, (_, index) => `user ${index}`);
  for (const user of users) await counts.reserve(user, 1, 10);
  await redis.config('RESETSTAT');
  for (const user of users) counts.set(user, 0);
  await expect.poll(() => redis.keys(`{${name}:*`)).toEqual([]);
  const statistics = await redis.info('commandstats');
  expect(/cmdstat_hdel:calls=(\d+)/.exec(statistics)?.[1]).toBe('50');
  // The node renews its lease with scripts, too.
  expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(statistics)?.[1])).toBeLessThan(users.length / 2);
});

test('has one key per user with its own hash tag, which expires, and none for a user without connections', async () => {
  const name = randomUUID();
  const { redis, counts } = await newNode(name);
  await counts.reserve('maggie', 1, 10);
  await counts.reserve('bart', 1, 10);
  expect((await redis.keys(`{${name}:*`)).toSorted()).toEqual([`{${name}:bart}`, `{${name}:maggie}`]);
  expect(await redis.pttl(`{${name}:maggie}`)).toBeGreaterThan(0);
  counts.set('bart', 0);
  await expect.poll(() => redis.keys(`{${name}:*`)).toEqual([`{${name}:maggie}`]);
});

test('ignores a command that arrives after a later one of the same node', async () => {
  const name = randomUUID();
  const { redis, cluster, counts } = await newNode(name);
  await redis.hset(`{${name}:maggie}`, cluster.id, '2 1000');
  expect(await counts.reserve('maggie', 1, 1)).toBe(false);
  expect(await counts.reserve('maggie', 1, 2)).toBe(true);
  expect(await reportsOf(redis, name, 'maggie')).toEqual({ [cluster.id]: '2' });
});

test('removes the report of a node that is down once it would reject a connection', async () => {
  const name = randomUUID();
  const { redis, cluster, counts } = await newNode(name);
  await redis.hset(`{${name}:maggie}`, 'killed-node', '3 7');
  expect(await counts.reserve('maggie', 1, 10)).toBe(true);
  expect(await counts.reserve('maggie', 2, 4)).toBe(true);
  expect(await reportsOf(redis, name, 'maggie')).toEqual({ [cluster.id]: '2' });
});

test('reports all connections again after Redis lost its data', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const name = randomUUID();
  const [here, there] = [await newNode(name, server), await newNode(name, server)];
  await here.counts.reserve('maggie', 3, 3);
  await server.kill();
  await expect(there.counts.reserve('maggie', 1, 3)).rejects.toThrow('Redis is unavailable');
  there.counts.set('maggie', 0);
  await server.start();
  await expect
    .poll(() => reportsOf(there.redis, name, 'maggie').catch(() => ({})), { timeout: 10_000 })
    .toEqual({ [here.cluster.id]: '3' });
  expect(await there.counts.reserve('maggie', 1, 3)).toBe(false);
});

test('reports all connections again after it has connected again, because a failover may have lost the last reports', async () => {
  const name = randomUUID();
  const { redis, cluster, counts } = await newNode(name);
  await counts.reserve('maggie', 2, 3);
  const other = shared.client();
  await other.connect();
  await other.del(`{${name}:maggie}`);
  await other.client('KILL', 'ID', await redis.client('ID'));
  await expect.poll(() => reportsOf(other, name, 'maggie'), { timeout: 10_000 }).toEqual({ [cluster.id]: '2' });
});

test('reports all connections again at regular intervals', async () => {
  const name = randomUUID();
  const { redis, cluster, counts } = await newNode(name, shared, 50);
  await counts.reserve('maggie', 2, 3);
  await redis.del(`{${name}:maggie}`);
  await expect.poll(() => reportsOf(redis, name, 'maggie'), { timeout: 10_000 }).toEqual({ [cluster.id]: '2' });
});
