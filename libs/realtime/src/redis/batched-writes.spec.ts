import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RedisServer } from '@usher/test-servers';
import type { Redis } from 'ioredis';
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { batchWrites } from './batched-writes.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
  return () => server.stop();
});

afterEach(() => {
  vi.useRealTimers();
});

async function newClient(): Promise<Redis> {
  const client = server.client();
  batchWrites(client);
  await client.connect();
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

/** The number of times that Redis has read from a connection. */
async function reads(observer: Redis): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(await observer.info('stats'))?.[1]);
}

test('writes the commands of one turn at once, and those that follow after the reply to the last one', async () => {
  const [client, observer] = [await newClient(), await newClient()];
  const before = await reads(observer);
  const first = Array.from({ length: 50 }, (_, index) => client.echo(String(index)));
  const later = new Promise<readonly string[]>((resolve) => {
    setImmediate(() => {
      setImmediate(() => {
        resolve(Promise.all(Array.from({ length: 50 }, (_, index) => client.echo(String(index + 50)))));
      });
    });
  });
  const replies = [...(await Promise.all(first)), ...(await later)];
  expect(replies).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  // Two writes and the observer's own.
  expect((await reads(observer)) - before).toBe(3);
});

test('collects commands for a millisecond after a write of many, because many callers wait', async () => {
  const [client, observer] = [await newClient(), await newClient()];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const before = await reads(observer);
  await Promise.all(Array.from({ length: 4 }, () => client.ping()));
  const later = client.echo('first');
  await nextTurn();
  const last = client.echo('second');
  await nextTurn();
  // One write, and the observer's own.
  expect((await reads(observer)) - before).toBe(2);
  vi.advanceTimersByTime(1);
  expect(await Promise.all([later, last])).toEqual(['first', 'second']);
  // The third read is the observer's own.
  expect((await reads(observer)) - before).toBe(4);
});

test('does not wait after a write of few commands', async () => {
  const client = await newClient();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await Promise.all([client.ping(), client.ping(), client.ping()]);
  expect(await client.echo('at once')).toBe('at once');
});

test('rejects only the commands that Redis rejects', async () => {
  const client = await newClient();
  const [one, other] = await Promise.allSettled([client.rename('missing', 'other'), client.ping()]);
  expect(one.status).toBe('rejected');
  expect(other).toMatchObject({ status: 'fulfilled', value: 'PONG' });
});

test('rejects commands of a lost connection and sends commands on the next one', async () => {
  const [client, other] = [await newClient(), await newClient()];
  const ready = once(client, 'ready');
  const closed = once(client, 'close');
  await other.client('KILL', 'ID', await client.client('ID'));
  const lost = client.ping().catch(() => 'rejected');
  await closed;
  await expect(client.ping()).rejects.toThrow();
  expect(['rejected', 'PONG']).toContain(await lost);
  await ready;
  expect(await Promise.all([client.ping(), client.echo('again')])).toEqual(['PONG', 'again']);
});
