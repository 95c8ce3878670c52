import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Cluster } from 'ioredis';
import { RedisClusterServers } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newLog } from '../testing/new-node.ts';
import { busContract, clusterContract, connectionCountsContract, presenceContract } from '../testing.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisCluster } from './redis-cluster.ts';
import { RedisConnectionCounts } from './redis-connection-counts.ts';
import { RedisPresence } from './redis-presence.ts';

let servers: RedisClusterServers;

beforeAll(async () => {
  servers = await RedisClusterServers.start();
  return () => servers.stop();
}, 60_000);

async function newClient(username?: string): Promise<Cluster> {
  const client = await servers.connect(username);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

/** Disconnects clients until the returned function is called. */
async function disconnect(clients: readonly Cluster[]): Promise<() => Promise<void>> {
  await Promise.all(
    clients.map((client) => {
      const ended = once(client, 'end');
      client.disconnect();
      return ended;
    }),
  );
  return async () => {
    await Promise.all(clients.map((client) => client.connect()));
  };
}

async function newBus(prefix: string, username?: string) {
  const [publisher, subscriber] = [await newClient(username), await newClient(username)];
  return new RedisBus({ publisher, subscriber, prefix });
}

/** The channels with a prefix on each server. */
async function channelsOf(client: Cluster, kind: 'CHANNELS' | 'SHARDCHANNELS', prefix: string): Promise<string[][]> {
  return Promise.all(
    client.nodes('master').map((node) => node.call('PUBSUB', kind, `${prefix}:*`) as Promise<string[]>),
  );
}

busContract('RedisBus on a Redis Cluster', async () => {
  const [prefix, username] = [randomUUID(), randomUUID()];
  await servers.setUser(username, 'on');
  return {
    here: await newBus(prefix),
    there: await newBus(prefix, username),
    interrupt: async () => {
      await servers.setUser(username, 'off');
      return () => servers.setUser(username, 'on');
    },
  };
});

test('subscribers are notified of the gap when the connection to one server of the cluster is lost', async () => {
  const bus = await newBus(randomUUID());
  onTestFinished(() => {
    bus.close();
  });
  // So many topics that every server has some.
  const topics = Array.from({ length: 20 }, (_, index) => `topic ${index}`);
  const gaps = new Set<string>();
  await Promise.all(
    topics.map(
      (topic) =>
        new Promise<void>((resolve) => {
          bus.subscribe(topic, { message: () => undefined, ready: resolve, gap: () => gaps.add(topic) });
        }),
    ),
  );
  await servers.closeSubscriptions(servers.ports.slice(0, 1));
  await expect.poll(() => gaps.size, { timeout: 20_000 }).toBe(topics.length);
}, 30_000);

presenceContract('RedisPresence on a Redis Cluster', async () => {
  const clients = [await newClient(), await newClient()] as const;
  const prefix = `{${randomUUID()}}`;
  let time = 1_000_000;
  const now = (): number => time;
  return {
    here: new RedisPresence({ redis: clients[0], prefix, now }),
    there: new RedisPresence({ redis: clients[1], prefix, now }),
    advance: (ms) => {
      time += ms;
    },
    interrupt: () => disconnect(clients),
  };
});

async function join(prefix: string) {
  const redis = await newClient();
  const cluster = await RedisCluster.join({ redis, leaseMs: 600, prefix: `{${prefix}}` });
  onTestFinished(() => cluster.close());
  return { redis, cluster };
}

clusterContract('RedisCluster on a Redis Cluster', async () => {
  const prefix = randomUUID();
  const node = async (): Promise<RedisCluster> => (await join(prefix)).cluster;
  return { here: await node(), there: await node(), join: node };
});

connectionCountsContract('RedisConnectionCounts on a Redis Cluster', async () => {
  const prefix = randomUUID();
  const node = async () => {
    const { redis, cluster } = await join(prefix);
    return { redis, cluster, counts: new RedisConnectionCounts({ redis, cluster, prefix }) };
  };
  const [here, there, third] = [await node(), await node(), await node()];
  return {
    here: here.counts,
    there: there.counts,
    third: third.counts,
    crash: async () => {
      third.redis.disconnect();
      await expect.poll(() => here.cluster.nodes(), { timeout: 10_000 }).not.toContain(third.cluster.id);
    },
    interrupt: () => disconnect([here.redis, there.redis]),
  };
});

test('the users of connection counts are distributed over the servers', async () => {
  const prefix = randomUUID();
  const { redis, cluster } = await join(prefix);
  const counts = new RedisConnectionCounts({ redis, cluster, prefix });
  onTestFinished(() => {
    counts.close();
  });
  for (let user = 0; user < 20; user++) expect(await counts.reserve(`user ${user}`, 1, 1)).toBe(true);
  const keys = await Promise.all(redis.nodes('master').map((node) => node.keys(`{${prefix}:*`)));
  expect(keys.flat()).toHaveLength(20);
  for (const keysOfServer of keys) expect(keysOfServer.length).toBeGreaterThan(0);
});

test('a topic is a channel of one server', async () => {
  const client = await newClient();
  const prefix = randomUUID();
  const bus = await newBus(prefix);
  onTestFinished(() => {
    bus.close();
  });
  await new Promise<void>((resolve) => {
    bus.subscribe('topic', { message: () => undefined, ready: resolve });
  });
  // The topic, the announcements of lost messages, and a probe for each server.
  const onServers = await channelsOf(client, 'SHARDCHANNELS', prefix);
  expect(onServers.flat()).toHaveLength(2 + servers.ports.length);
  for (const channels of onServers) expect(channels.length).toBeGreaterThan(0);
  expect((await channelsOf(client, 'CHANNELS', prefix)).flat()).toEqual([]);
});

test.each([0, 1, 2])(
  'detects that server %i delivers nothing although the connection is open',
  async (server) => {
    const prefix = randomUUID();
    const log = newLog();
    const [publisher, subscriber] = [await newClient(), await newClient()];
    const bus = new RedisBus({ publisher, subscriber, prefix, probeMs: 100, log });
    onTestFinished(() => {
      bus.close();
    });
    const topics = Array.from({ length: 20 }, (_, index) => `topic ${index}`);
    const gaps = new Set<string>();
    await Promise.all(
      topics.map(
        (topic) =>
          new Promise<void>((resolve) => {
            bus.subscribe(topic, { message: () => undefined, ready: resolve, gap: () => gaps.add(topic) });
          }),
      ),
    );
    await expect.poll(async () => (await channelsOf(publisher, 'SHARDCHANNELS', prefix)).flat().length).toBe(24);
    const forgotten = (await channelsOf(publisher, 'SHARDCHANNELS', prefix))[server] ?? [];
    expect(forgotten.length).toBeGreaterThan(0);
    expect(log.lines).toEqual([]);
    // As after a failover: the server has lost the subscriptions, and the connection stays open.
    for (const channel of forgotten) await subscriber.sunsubscribe(channel);
    await expect.poll(() => gaps.size, { timeout: 20_000 }).toBe(topics.length);
    expect(log.lines).toContain(
      'warn Redis does not deliver messages although the connection is open: connecting again',
    );
    const received: string[] = [];
    for (const topic of topics) bus.subscribe(topic, { message: (payload) => received.push(payload) });
    const other = await newBus(prefix);
    onTestFinished(() => {
      other.close();
    });
    for (const topic of topics) other.publish(topic, topic);
    await expect.poll(() => received.toSorted()).toEqual(topics.toSorted());
  },
  30_000,
);
