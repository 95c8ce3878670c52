import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ticketStoreContract } from '../testing.ts';
import { TicketStoreUnavailable } from '../ticket-store.ts';
import { RedisTicketStore, type RedisTicketStoreOptions } from './redis-ticket-store.ts';

const endpoint = '/api/ws';
const maggie = { user: 'maggie', session: 'session-of-maggie', endpoint };

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = server.client();
  await redis.connect();
  return () => server.stop();
});

/** Stores with a prefix of their own, as if each test had an empty Redis. */
function newStore(options: Partial<RedisTicketStoreOptions> = {}): RedisTicketStore {
  return new RedisTicketStore({ redis, prefix: `{${randomUUID()}}`, ...options });
}

async function ticketOf(store: RedisTicketStore, claims = maggie, startsInMs = 0): Promise<string> {
  const result = await store.issue(claims, startsInMs);
  if (!result.ok) throw new Error(result.reason);
  return result.ticket;
}

ticketStoreContract('the Redis store', () => {
  let now = 1_700_000_000_000;
  const prefix = `{${randomUUID()}}`;
  return Promise.resolve({
    here: newStore({ prefix, now: () => now }),
    there: newStore({ prefix, now: () => now }),
    now: () => now,
    advance: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  });
});

test('the clock of Redis decides about lifetimes', async () => {
  const store = newStore({ ttlMs: 20 });
  const [before] = await redis.time();
  const result = await store.issue(maggie, 100);
  const [after] = await redis.time();
  if (!result.ok) throw new Error(result.reason);
  expect(result.expiresAt).toBeGreaterThanOrEqual(Number(before) * 1_000 + 120);
  expect(result.expiresAt).toBeLessThan((Number(after) + 1) * 1_000 + 120);
});

describe('two nodes on one Redis', () => {
  test('of 200 concurrent uses of one ticket on both nodes exactly one succeeds', async () => {
    const prefix = `{${randomUUID()}}`;
    const second = server.client();
    await second.connect();
    const [here, there] = [newStore({ prefix }), newStore({ prefix, redis: second })];
    const ticket = await ticketOf(here);
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? here : there).consume(ticket, endpoint)),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.reason === 'used')).toHaveLength(199);
  });

  test('a session that one node revokes opens no socket on the other, also with a ticket issued meanwhile', async () => {
    const prefix = `{${randomUUID()}}`;
    const [here, there] = [newStore({ prefix }), newStore({ prefix })];
    const before = await ticketOf(here);
    expect(await there.revokeSession(maggie.session)).toBe(1);
    const after = await ticketOf(here);
    for (const ticket of [before, after]) {
      expect(await here.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'revoked', claims: maggie });
    }
  });

  test('the limits of a session count on all nodes together', async () => {
    const prefix = `{${randomUUID()}}`;
    const nodes = [newStore({ prefix }), newStore({ prefix })];
    for (let n = 0; n < 10; n += 1) await ticketOf(nodes[n % 2] ?? newStore());
    for (const node of nodes) expect(await node.issue(maggie)).toMatchObject({ ok: false, reason: 'too_many_tickets' });
  });
});

describe('the unused slots of a user', () => {
  const session = (index: number) => ({ user: 'maggie', session: `session ${index}`, endpoint });
  const tooMany = { ok: false, reason: 'too_many_tickets' };

  /** Two nodes on one clock. */
  function nodes() {
    let time = 1_700_000_000_000;
    const options = { prefix: `{${randomUUID()}}`, maxQueuedPerUser: 3, now: () => time };
    const advance = (ms: number): void => {
      time += ms;
    };
    return { here: newStore(options), there: newStore(options), advance };
  }

  test('are limited over all sessions and nodes while there is a queue', async () => {
    const { here, there } = nodes();
    await ticketOf(here, session(3));
    for (const [index, node] of [here, there, here].entries()) await ticketOf(node, session(index), 1_000);
    expect(await there.issue(session(3), 2_000)).toEqual({ ...tooMany, retryAfterMs: 2_000 });
    expect(await here.issue(session(3), 60_000)).toEqual({ ...tooMany, retryAfterMs: 31_000 });
    expect(await here.issue({ ...session(3), user: 'bart' }, 2_000)).toMatchObject({ ok: true });
    // Without a queue, the slot delays no other client.
    expect(await there.issue(session(4))).toMatchObject({ ok: true });
  });

  test('no longer count once their ticket is consumed on another node, expires or is revoked', async () => {
    const { here, there, advance } = nodes();
    const tickets = [];
    for (let index = 0; index < 3; index++) tickets.push(await ticketOf(here, session(index), 1));
    expect(await here.issue(session(3), 1)).toMatchObject(tooMany);
    await there.consume(tickets[0] ?? '', endpoint);
    await there.consume(tickets[0] ?? '', endpoint);
    expect(await here.issue(session(3), 1)).toMatchObject({ ok: true });
    expect(await here.issue(session(4), 1)).toMatchObject(tooMany);
    await there.revokeSession('session 1');
    expect(await here.issue(session(4), 1)).toMatchObject({ ok: true });
    expect(await here.issue(session(5), 1)).toMatchObject(tooMany);
    advance(30_002);
    expect(await here.issue(session(5), 1)).toMatchObject({ ok: true });
  });
});

describe('the data in Redis', () => {
  test('contains no ticket, and every key expires', async () => {
    const prefix = `{${randomUUID()}}`;
    const store = newStore({ prefix });
    const tickets = [await ticketOf(store), await ticketOf(store, maggie, 1)];
    await store.consume(tickets[0] ?? '', endpoint);
    await store.revokeSession('another-session');
    const keys = await redis.keys(`${prefix.replace(/[{}]/g, '\\$&')}*`);
    expect(keys).toHaveLength(5);
    for (const key of keys) {
      expect(await redis.pttl(key), key).toBeGreaterThan(0);
      const type = await redis.type(key);
      const value =
        type === 'hash'
          ? await redis.hgetall(key)
          : type === 'zset'
            ? await redis.zrange(key, '0', '-1')
            : await redis.get(key);
      for (const ticket of tickets) expect(`${key} ${JSON.stringify(value)}`).not.toContain(ticket);
    }
  });

  test('has one hash tag, so that all keys of a call are in one slot of a cluster', async () => {
    const prefix = `{${randomUUID()}}`;
    const store = newStore({ prefix });
    await store.consume(await ticketOf(store), endpoint);
    await store.revokeSession(maggie.session);
    const keys = await redis.keys(`${prefix.replace(/[{}]/g, '\\$&')}*`);
    const slots = new Set(keys.map((key) => /\{(.*?)\}/.exec(key)?.[1]));
    expect(slots.size).toBe(1);
  });
});

describe('an unavailable Redis', () => {
  async function ownServer(): Promise<{ server: RedisServer; redis: Redis }> {
    const own = await RedisServer.start();
    onTestFinished(() => own.stop());
    const client = own.client({ commandTimeout: 100 });
    await client.connect();
    return { server: own, redis: client };
  }

  test.each(['dead', 'hung'] as const)(
    'that is %s rejects every call, and works again when it is back',
    async (kind) => {
      const own = await ownServer();
      const store = newStore({ redis: own.redis });
      const ticket = await ticketOf(store);
      const lost = kind === 'dead' ? new Promise((resolve) => own.redis.once('close', resolve)) : Promise.resolve();
      if (kind === 'dead') await own.server.kill();
      else own.server.pause();
      await lost;
      for (const call of [
        () => store.issue(maggie),
        () => store.consume(ticket, endpoint),
        () => store.revokeSession(maggie.session),
      ]) {
        await expect(call()).rejects.toThrow(TicketStoreUnavailable);
      }
      if (kind === 'dead') await own.server.start();
      else own.server.resume();
      await expect
        .poll(() =>
          store.issue(maggie).then(
            ({ ok }) => ok,
            () => false,
          ),
        )
        .toBe(true);
    },
  );

  test('that restarted empty does not know the earlier tickets, and needs no new connection for the scripts', async () => {
    const own = await ownServer();
    const store = newStore({ redis: own.redis });
    const ticket = await ticketOf(store);
    const ready = new Promise((resolve) => own.redis.once('ready', resolve));
    await own.server.kill();
    await own.server.start();
    await ready;
    expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
    expect(await store.consume(await ticketOf(store), endpoint)).toMatchObject({ ok: true });
  });

  test('that is full issues no tickets, and still consumes and revokes them', async () => {
    const own = await ownServer();
    const store = newStore({ redis: own.redis });
    const [first, second] = [await ticketOf(store), await ticketOf(store)];
    await own.redis.config('SET', 'maxmemory', '1');
    await expect(store.issue(maggie)).rejects.toThrow(TicketStoreUnavailable);
    expect(await store.consume(first, endpoint)).toMatchObject({ ok: true });
    expect(await store.revokeSession(maggie.session)).toBe(1);
    await own.redis.config('SET', 'maxmemory', '0');
    expect(await store.consume(second, endpoint)).toMatchObject({ ok: false, reason: 'revoked' });
  });

  test('never puts a session or a ticket into the error', async () => {
    const own = await ownServer();
    const store = newStore({ redis: own.redis });
    own.server.pause();
    const error: unknown = await store.issue(maggie).catch((reason: unknown) => reason);
    own.server.resume();
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(maggie.session);
    expect(error).not.toHaveProperty('cause');
  });
});

test('waits for replicas if that is configured, and rejects the ticket when too few confirm its use', async () => {
  const store = newStore({ waitForReplicas: 1, waitMs: 20 });
  await expect(store.consume(await ticketOf(store), endpoint)).rejects.toThrow('too few replicas');
});

test.each([{ ttlMs: 0 }, { maxOutstandingPerSession: 1.5 }, { waitForReplicas: -1 }])(
  'rejects the option %j',
  (options) => {
    expect(() => newStore(options)).toThrow(RangeError);
  },
);

afterAll(() => {
  redis.disconnect();
});
