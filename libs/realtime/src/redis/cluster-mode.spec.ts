import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Cluster } from 'ioredis';
import { RedisClusterServers } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
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

async function newClient(): Promise<Cluster> {
  const client = servers.client();
  await client.connect();
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

busContract('RedisBus on a Redis Cluster', async () => {
  const prefix = randomUUID();
  const node = async () => {
    const [publisher, subscriber] = [await newClient(), await newClient()];
    return { bus: new RedisBus({ publisher, subscriber, prefix }), clients: [publisher, subscriber] };
  };
  const [here, there] = [await node(), await node()];
  return { here: here.bus, there: there.bus, interrupt: () => disconnect(there.clients) };
});

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

test('a message of a topic reaches only the server of its channel', async () => {
  const [publisher, subscriber] = [await newClient(), await newClient()];
  const prefix = randomUUID();
  const bus = new RedisBus({ publisher, subscriber, prefix });
  onTestFinished(() => {
    bus.close();
  });
  await new Promise<void>((resolve) => {
    bus.subscribe('topic', { message: () => undefined, ready: resolve });
  });
  const channels = await Promise.all(
    publisher.nodes('master').map((node) => node.call('PUBSUB', 'SHARDCHANNELS', `${prefix}:*`) as Promise<string[]>),
  );
  // The topic and the probe of the bus, each on one server.
  expect(channels.flat()).toHaveLength(2);
  expect(await Promise.all(publisher.nodes('master').map((node) => node.pubsub('CHANNELS', `${prefix}:*`)))).toEqual([
    [],
    [],
    [],
  ]);
});
