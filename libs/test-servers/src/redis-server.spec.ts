import { expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { RedisClusterServers, RedisSentinelServers, RedisServer } from './index.ts';

test('a server replies, loses its data when it is killed, and is reachable at the same path after a restart', async () => {
  const server = await RedisServer.start();
  try {
    const client = server.client();
    await client.connect();
    await client.set('key', 'value');
    expect(await client.get('key')).toBe('value');
    const lost = new Promise((resolve) => client.once('close', resolve));
    await server.kill();
    await lost;
    await expect(client.get('key')).rejects.toThrow();
    const ready = new Promise((resolve) => client.once('ready', resolve));
    await server.start();
    await ready;
    expect(await client.get('key')).toBeNull();
  } finally {
    await server.stop();
  }
});

test('a paused server does not reply until it is resumed', async () => {
  const server = await RedisServer.start();
  try {
    const client = server.client({ commandTimeout: 50 });
    await client.connect();
    server.pause();
    await expect(client.get('key')).rejects.toThrow('timed out');
    server.resume();
    // The reply of the abandoned command arrives first and is discarded.
    await expect.poll(() => client.get('key').catch(() => 'no reply')).toBeNull();
  } finally {
    await server.stop();
  }
});

test('a setting that Redis rejects fails the start with its output', async () => {
  await expect(RedisServer.start(['--no-such-setting', '1'])).rejects.toThrow(/no-such-setting/);
});

test('a Redis Cluster distributes keys over its servers', async () => {
  const cluster = await RedisClusterServers.start();
  try {
    const client = await cluster.connect();
    expect(client.nodes('master')).toHaveLength(3);
    for (let key = 0; key < 20; key++) await client.set(`key ${key}`, key);
    expect(await Promise.all(client.nodes('master').map((node) => node.dbsize()))).not.toContain(0);
    expect(await client.get('key 19')).toBe('19');
  } finally {
    await cluster.stop();
  }
}, 60_000);

test('a Sentinel promotes the replica, which has the data of the primary', async () => {
  const servers = await RedisSentinelServers.start();
  try {
    const [, port] = /:(\d+)\/usher$/.exec(servers.url) ?? [];
    const client = new Redis({
      sentinels: [{ host: '127.0.0.1', port: Number(port) }],
      name: 'usher',
      sentinelRetryStrategy: () => 20,
    });
    client.on('error', () => undefined);
    await client.set('key', 'value');
    await client.wait(1, 5_000);
    await servers.failOver();
    expect(await client.get('key')).toBe('value');
    client.disconnect();
  } finally {
    await servers.stop();
  }
}, 60_000);
