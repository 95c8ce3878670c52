import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { busContract } from '../testing.ts';
import { newLog } from '../testing/new-node.ts';
import { RedisBus, type RedisBusOptions } from './redis-bus.ts';

let shared: RedisServer;

beforeAll(async () => {
  shared = await RedisServer.start();
  return () => shared.stop();
});

interface Node {
  readonly bus: RedisBus;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  readonly log: ReturnType<typeof newLog>;
}

async function newNode(server = shared, options: Partial<RedisBusOptions> = {}): Promise<Node> {
  const [publisher, subscriber] = [server.client(), server.client()];
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const log = newLog();
  const bus = new RedisBus({ publisher, subscriber, log, ...options });
  onTestFinished(() => {
    bus.close();
    for (const client of [publisher, subscriber]) client.disconnect();
  });
  return { bus, publisher, subscriber, log };
}

/** Resolves when a new subscription of the bus is active, and all earlier ones with it. */
function settled({ bus }: Node): Promise<void> {
  return new Promise((resolve) => {
    const end = bus.subscribe(`settled ${randomUUID()}`, {
      message: () => undefined,
      ready: () => {
        resolve();
        queueMicrotask(() => {
          end();
        });
      },
    });
  });
}

/** Disconnects a client until it is connected again. */
function disconnect(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', () => {
      resolve();
    });
    client.disconnect();
  });
}

/** Resolves with the next connection. `once` of `node:events` would reject with the error of a failed attempt before it. */
function readyAgain(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    client.once('ready', () => {
      resolve();
    });
  });
}

busContract('RedisBus', async () => {
  const prefix = randomUUID();
  const [here, there] = [await newNode(shared, { prefix }), await newNode(shared, { prefix })];
  return {
    here: here.bus,
    there: there.bus,
    interrupt: async () => {
      const clients = [there.publisher, there.subscriber];
      await Promise.all(clients.map(disconnect));
      return async () => {
        await Promise.all(clients.map((client) => client.connect()));
      };
    },
  };
});

test('delivers own messages without Redis and only once', async () => {
  const node = await newNode();
  const received: string[] = [];
  node.bus.subscribe('topic', { message: (payload) => received.push(payload) });
  await settled(node);
  node.bus.publish('topic', 'a');
  expect(received).toEqual(['a']);
  const other = await newNode();
  other.bus.subscribe('topic', { message: (payload) => received.push(`other ${payload}`) });
  await settled(other);
  node.bus.publish('topic', 'b');
  await expect.poll(() => received).toEqual(['a', 'b', 'other b']);
});

test('reveals no topic to Redis', async () => {
  const node = await newNode();
  node.bus.subscribe('room:secret-plans', { message: () => undefined });
  await settled(node);
  const channels = await node.publisher.call('PUBSUB', 'CHANNELS');
  expect(JSON.stringify(channels)).not.toContain('secret-plans');
});

test('subscribes to thousands of topics with few commands, and unsubscribes from those that have ended', async () => {
  const node = await newNode();
  const prefixCount = async (): Promise<number> =>
    ((await node.publisher.call('PUBSUB', 'CHANNELS')) as unknown[]).length;
  const before = await prefixCount();
  const subscribe = vi.spyOn(node.subscriber, 'subscribe');
  const ends = Array.from({ length: 2_000 }, (_, index) =>
    node.bus.subscribe(`topic ${index}`, { message: () => undefined }),
  );
  await settled(node);
  expect(subscribe.mock.calls.length).toBeLessThanOrEqual(6);
  for (const end of ends) end();
  await settled(node);
  await expect.poll(prefixCount).toBe(before);
});

test('is subscribed to exactly the topics in use after many changes and lost connections', async () => {
  const prefix = randomUUID();
  const node = await newNode(shared, { prefix });
  const ready = new Set<number>();
  const open = new Map<number, () => void>();
  let random = 1;
  const next = (limit: number): number => (random = (random * 48_271) % 2_147_483_647) % limit;
  for (let step = 0; step < 3_000; step++) {
    const topic = next(300);
    const end = open.get(topic);
    if (end === undefined) {
      const subscriber = { message: () => undefined, ready: () => ready.add(topic) };
      open.set(topic, node.bus.subscribe(`topic ${topic}`, subscriber));
    } else {
      end();
      open.delete(topic);
      ready.delete(topic);
    }
    if (step % 7 === 0) await new Promise(setImmediate);
    if (step % 1_000 === 500) {
      await disconnect(node.subscriber);
      await node.subscriber.connect();
    }
  }
  await expect.poll(() => [...ready].sort()).toEqual([...open.keys()].sort());
  const channels = (): Promise<unknown> => node.publisher.call('PUBSUB', 'CHANNELS', `${prefix}:*`);
  // The topics, the probe of the bus, and its announcements of lost messages.
  await expect.poll(channels).toHaveLength(open.size + 2);
});

test('logs once that messages to other nodes are lost', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const { bus, log, publisher } = await newNode(server);
  const errors = (): string[] => log.lines.filter((line) => line.startsWith('error'));
  await server.kill();
  for (const payload of ['a', 'b']) bus.publish('topic', payload);
  await expect.poll(errors).toEqual(['error messages to other nodes are lost: Redis rejects them']);
  const ready = readyAgain(publisher);
  await server.start();
  await ready;
});

test('reports a gap on the other nodes when messages of one node were lost', async () => {
  const prefix = randomUUID();
  const [here, there] = [await newNode(shared, { prefix }), await newNode(shared, { prefix })];
  const [gapHere, gapThere] = [vi.fn(), vi.fn()];
  here.bus.subscribe('topic', { message: () => undefined, gap: gapHere });
  there.bus.subscribe('topic', { message: () => undefined, gap: gapThere });
  await Promise.all([settled(here), settled(there)]);
  // Only the connection for publishing is lost, so the other node notices nothing by itself.
  await disconnect(here.publisher);
  here.bus.publish('topic', 'lost');
  await expect.poll(() => here.log.lines).toHaveLength(1);
  expect(gapThere).not.toHaveBeenCalled();
  await here.publisher.connect();
  await expect.poll(() => gapThere.mock.calls.length).toBe(1);
  expect(gapHere).not.toHaveBeenCalled();
});

test('detects a connection that is open and delivers nothing, and connects again', async () => {
  const node = await newNode(shared, { probeMs: 20 });
  const gap = vi.fn();
  node.bus.subscribe('topic', { message: () => undefined, gap });
  await settled(node);
  expect(gap).not.toHaveBeenCalled();
  // As after a failover: Redis has lost the subscriptions, and the connection stays open.
  await node.subscriber.unsubscribe();
  await expect
    .poll(() => node.log.lines)
    .toContain('warn Redis does not deliver messages although the connection is open: connecting again');
  await expect.poll(() => gap.mock.calls.length).toBeGreaterThanOrEqual(1);
  const received: string[] = [];
  node.bus.subscribe('topic', { message: (payload) => received.push(payload) });
  const other = await newNode();
  await settled(node);
  other.bus.publish('topic', 'again');
  await expect.poll(() => received).toEqual(['again']);
});

test('delivers nothing and reports no gap after close', async () => {
  const [here, there] = [await newNode(), await newNode()];
  const receive = vi.fn();
  there.bus.subscribe('topic', { message: receive, gap: receive });
  await settled(there);
  receive.mockClear();
  there.bus.close();
  here.bus.publish('topic', 'a');
  await settled(here);
  expect(receive).not.toHaveBeenCalled();
});
