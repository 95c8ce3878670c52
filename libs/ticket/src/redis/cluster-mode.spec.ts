import { randomUUID } from 'node:crypto';
import type { Cluster } from 'ioredis';
import { RedisClusterServers } from '@usher/test-servers';
import { beforeAll, expect, test } from 'vitest';
import { ticketStoreContract } from '../testing.ts';
import { RedisTicketStore } from './redis-ticket-store.ts';

let servers: RedisClusterServers;
let clients: readonly [Cluster, Cluster];

beforeAll(async () => {
  servers = await RedisClusterServers.start();
  clients = [await servers.connect(), await servers.connect()];
  return () => servers.stop();
}, 60_000);

ticketStoreContract('the Redis store on a Redis Cluster', () => {
  let now = 1_700_000_000_000;
  const options = { prefix: `{${randomUUID()}}`, now: () => now };
  return Promise.resolve({
    here: new RedisTicketStore({ redis: clients[0], ...options }),
    there: new RedisTicketStore({ redis: clients[1], ...options }),
    now: () => now,
    advance: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  });
});

test('waiting for replicas is not possible on a Redis Cluster', () => {
  expect(() => new RedisTicketStore({ redis: clients[0], waitForReplicas: 1 })).toThrow(
    'waitForReplicas is not supported with Redis Cluster',
  );
});
