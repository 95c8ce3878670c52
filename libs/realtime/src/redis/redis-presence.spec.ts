import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { beforeAll, expect, test } from 'vitest';
import type { PresenceView } from '../presence/presence.ts';
import { presenceContract } from '../testing.ts';
import { RedisPresence } from './redis-presence.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
  return () => server.stop();
});

async function newClient(): Promise<Redis> {
  const client = server.client();
  await client.connect();
  return client;
}

presenceContract('RedisPresence', async () => {
  const [one, two] = [await newClient(), await newClient()];
  const prefix = `{${randomUUID()}}`;
  let time = 1_000_000;
  const now = (): number => time;
  return {
    here: new RedisPresence({ redis: one, prefix, now }),
    there: new RedisPresence({ redis: two, prefix, now }),
    advance: (ms) => {
      time += ms;
    },
    interrupt: async () => {
      await Promise.all(
        [one, two].map((client) => {
          const ended = once(client, 'end');
          client.disconnect();
          return ended;
        }),
      );
      return async () => {
        await Promise.all([one, two].map((client) => client.connect()));
      };
    },
    close: () => {
      for (const client of [one, two]) client.disconnect();
    },
  };
});

const view = (user: string): PresenceView => {
  return { room: 'one', user, live: 'online', held: 'offline', heldForMs: 0, left: false };
};

test('leaves only the epoch, the highest version and the time of the last renewal behind when the last node stops', async () => {
  const redis = await newClient();
  const prefix = `{${randomUUID()}}`;
  const presence = new RedisPresence({ redis, prefix });
  await presence.renew('here');
  await presence.set('here', [view('maggie'), { ...view('bart'), live: 'offline', held: 'away', heldForMs: 5_000 }]);
  await presence.removeNode('here');
  const keys = await redis.keys(`${prefix.replace(/[{}]/g, '\\$&')}*`);
  expect(keys.toSorted()).toEqual([`${prefix}:epoch`, `${prefix}:highest`, `${prefix}:renewed`]);
});

test('removes a crashed node with thousands of views in several short scripts', async () => {
  const redis = await newClient();
  let time = 0;
  const presence = new RedisPresence({ redis, prefix: `{${randomUUID()}}`, now: () => time });
  await presence.renew('crashed');
  await presence.set(
    'crashed',
    Array.from({ length: 1_800 }, (_, index) => view(`user ${index}`)),
  );
  time += presence.leaseMs / 2;
  await presence.renew('here');
  time += presence.leaseMs / 2;
  const { isNew, changes } = await presence.renew('here');
  expect(isNew).toBe(false);
  expect(changes).toHaveLength(1_800);
  expect(await presence.list('one')).toMatchObject({ total: 0 });
  expect(await presence.renew('here')).toMatchObject({ isNew: false, changes: [] });
});

test('a node sets its views again after Redis lost its data', async () => {
  const own = await RedisServer.start();
  try {
    const redis = own.client();
    await redis.connect();
    const presence = new RedisPresence({ redis });
    await presence.renew('here');
    await presence.set('here', [view('maggie')]);
    const { epoch } = await presence.list('one');
    const ready = new Promise((resolve) => redis.once('ready', resolve));
    await own.kill();
    await expect(presence.list('one')).rejects.toThrow('Redis is unavailable');
    await own.start();
    await ready;
    await expect(presence.set('here', [view('maggie')])).rejects.toThrow('no lease');
    expect(await presence.renew('here')).toMatchObject({ isNew: true });
    expect(await presence.set('here', [view('maggie')])).toHaveLength(1);
    expect((await presence.list('one')).epoch).not.toBe(epoch);
  } finally {
    await own.stop();
  }
});
