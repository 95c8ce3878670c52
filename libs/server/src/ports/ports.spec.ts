import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PostgresServer, RedisServer } from '@usher/test-servers';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sendHandshake } from '@usher/ticket/testing';
import { createUsher } from '../index.ts';
import { openSocket, request, ticketOf } from '../testing/owns-upgrades-contract.ts';
import { MemoryEndedSessions } from './ended-sessions.ts';
import { byName, startNode } from '../testing/start-node.ts';

const silent = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

let redis: Redis;
let postgres: Pool;

beforeAll(async () => {
  const [redisServer, postgresServer] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  redis = redisServer.client();
  await redis.connect();
  postgres = await postgresServer.newDatabase();
  return async () => {
    redis.disconnect();
    await Promise.all([redisServer.stop(), postgresServer.stop()]);
  };
}, 60_000);

async function startTwoNodes() {
  const options = { redis, postgres, redisPrefix: randomUUID(), limits: { connectionsPerUser: 2 } };
  const [here, there] = await Promise.all([startNode(options), startNode(options)]);
  return { here, there };
}

describe('two nodes with redis and postgres', () => {
  test('share tickets: a ticket of one node opens one connection on the other', async () => {
    const { here, there } = await startTwoNodes();
    const ticket = await ticketOf(here);
    await openSocket(there, `ticket=${ticket}`);
    expect((await sendHandshake(here.port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
  });

  test('share rooms: a message of one node arrives on the other, and is in the history after a restart', async () => {
    const { here, there } = await startTwoNodes();
    const { socket: maggie } = await openSocket(here, `ticket=${await ticketOf(here)}`);
    const { socket: bart } = await openSocket(there, `ticket=${await ticketOf(there, 'bart')}`);
    await request(maggie, { id: 1, type: 'join', room: 'general' });
    await request(bart, { id: 1, type: 'join', room: 'general' });
    const received: unknown[] = [];
    bart.on('message', (data: Buffer) => received.push(JSON.parse(data.toString())));
    const text = randomUUID();
    await request(maggie, { id: 2, type: 'send', room: 'general', key: randomUUID(), text });
    await expect
      .poll(() => received)
      .toContainEqual(expect.objectContaining({ type: 'message', from: 'maggie', text }));
    await Promise.all([here.close(), there.close()]);
    const { here: later } = await startTwoNodes();
    const { socket } = await openSocket(later, `ticket=${await ticketOf(later)}`);
    const { reply } = await request(socket, { id: 1, type: 'join', room: 'general' });
    expect(JSON.stringify(reply)).toContain(text);
  });

  test('share the limit of connections per user', async () => {
    const { here, there } = await startTwoNodes();
    await openSocket(here, `ticket=${await ticketOf(here)}`);
    await openSocket(there, `ticket=${await ticketOf(there)}`);
    await expect(ticketOf(here)).rejects.toThrow('too_many_connections');
  });

  test('share revocations: an ended session loses its sockets and gets no ticket on any node', async () => {
    const { here, there } = await startTwoNodes();
    const { socket } = await openSocket(there, `ticket=${await ticketOf(there)}`);
    const closed = once(socket, 'close');
    expect(await here.usher.revoke('maggie-1', 'user_disabled')).toMatchObject({ closed: 1, complete: true });
    expect((await closed)[0]).toBe(4501);
    await expect(ticketOf(here)).rejects.toThrow('session_ended');
    await expect(ticketOf(there)).rejects.toThrow('session_ended');
  });

  test('serve what another program publishes in its own transaction', async () => {
    const { here } = await startTwoNodes();
    const { socket } = await openSocket(here, `ticket=${await ticketOf(here)}`);
    await request(socket, { id: 1, type: 'join', room: 'general' });
    const received: unknown[] = [];
    socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString())));
    const text = randomUUID();
    await postgres.query('SELECT usher_publish($1, $2, $3)', ['general', randomUUID(), { text }]);
    await expect
      .poll(() => received, { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ from: 'system', text }));
  });

  test('close their own connections and leave the clients of the application open', async () => {
    const { here, there } = await startTwoNodes();
    await Promise.all([here.close(), there.close()]);
    expect(await redis.ping()).toBe('PONG');
    expect((await postgres.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

test('a Redis that does not respond stops the start after five seconds', async () => {
  const client = redis.duplicate({ path: '/nowhere/redis.sock', lazyConnect: true });
  const options = { allowedOrigins: [], authenticate: byName, rooms: ['general'], redis: client };
  await expect(createUsher(options)).rejects.toThrow('Redis cannot be used');
}, 30_000);

test('ended sessions in memory are removed after their time, and keep their first cause', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const ended = new MemoryEndedSessions(60_000, silent);
  const causes = () => ended.causesOfEnd([{ session: 'one' }, { session: 'two' }]);
  await ended.end(['one'], 'user_disabled');
  ended.revoked('one');
  expect(await causes()).toEqual(['user_disabled', undefined]);
  vi.advanceTimersByTime(59_999);
  expect(await causes()).toEqual(['user_disabled', undefined]);
  vi.advanceTimersByTime(1);
  expect(await causes()).toEqual([undefined, undefined]);
});
