import { setTimeout as delay } from 'node:timers/promises';
import { RedisServer } from '@usher/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { type Client, newNode } from '../testing/new-node.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisPresence } from './redis-presence.ts';

/** Two nodes on one Redis. */
async function newNodes(leaseMs = 30_000) {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const node = async () => {
    const [publisher, subscriber, store] = [redis.client(), redis.client(), redis.client()];
    await Promise.all([publisher, subscriber, store].map((client) => client.connect()));
    const bus = new RedisBus({ publisher, subscriber });
    onTestFinished(() => {
      bus.close();
    });
    return newNode({ bus, presence: new RedisPresence({ redis: store, leaseMs }), presenceGraceMs: 1 });
  };
  return { redis, here: await node(), there: await node() };
}

function statuses(client: Client, wanted: string): unknown[] {
  return client
    .received('presence')
    .filter(({ status }) => status === wanted)
    .map(({ user }) => user);
}

const users = ['maggie', 'bart', 'lisa', 'homer', 'marge', 'ned', 'moe', 'apu'];

test('no member receives offline for a user who stays connected while Redis restarts without its data', async () => {
  const { redis, here, there } = await newNodes();
  const clients = users.map((user, index) => (index % 2 === 0 ? here : there).connect(user));
  for (const client of clients) await client.request('join', { room: 'general' });
  const client = redis.client();
  await client.connect();
  const store = new RedisPresence({ redis: client });
  const present = async (): Promise<number> => (await store.list('general').catch(() => ({ total: 0 }))).total;
  await expect.poll(present).toBe(users.length);
  for (let times = 0; times < 5; times++) {
    await redis.kill();
    await redis.start();
    await expect.poll(present, { timeout: 10_000 }).toBe(users.length);
  }
  // A change of the new epoch is delivered, so everything before it was too.
  await here.connect('nelson').request('join', { room: 'general' });
  for (const client of clients) await expect.poll(() => statuses(client, 'online')).toContain('nelson');
  for (const client of clients) expect(statuses(client, 'offline')).toEqual([]);
}, 60_000);

test('no member receives offline for a user who stays connected while Redis hangs for two leases of a node', async () => {
  const leaseMs = 600;
  const { redis, here, there } = await newNodes(leaseMs);
  const clients = users.map((user, index) => (index % 2 === 0 ? here : there).connect(user));
  for (const client of clients) await client.request('join', { room: 'general' });
  const client = redis.client();
  await client.connect();
  const store = new RedisPresence({ redis: client });
  const present = async (): Promise<number> => (await store.list('general')).total;
  await expect.poll(present).toBe(users.length);
  for (let times = 0; times < 3; times++) {
    redis.pause();
    await delay(leaseMs * 2);
    redis.resume();
    const liveNodes = async (): Promise<number> => {
      const [seconds] = await client.time();
      return client.zcount('{usher-presence}:leases', Number(seconds) * 1_000, '+inf');
    };
    await expect.poll(liveNodes, { timeout: 10_000 }).toBe(2);
    await expect.poll(present, { timeout: 10_000 }).toBe(users.length);
  }
  // A change after the interruptions is delivered, so everything before it was too.
  await here.connect('nelson').request('join', { room: 'general' });
  for (const client of clients) await expect.poll(() => statuses(client, 'online')).toContain('nelson');
  for (const client of clients) expect(statuses(client, 'offline')).toEqual([]);
}, 30_000);

test('members receive offline for a user who disconnects while Redis restarts without its data', async () => {
  const { redis, here, there } = await newNodes(1_500);
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await expect.poll(() => statuses(maggie, 'online')).toContain('bart');
  await redis.kill();
  bart.disconnect();
  await redis.start();
  await expect.poll(() => statuses(maggie, 'offline'), { timeout: 10_000 }).toEqual(['bart']);
  await there.connect('lisa').request('join', { room: 'general' });
  await expect.poll(() => statuses(maggie, 'online')).toContain('lisa');
}, 30_000);
