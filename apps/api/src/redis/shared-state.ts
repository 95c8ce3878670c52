import { randomBytes } from 'node:crypto';
import {
  type Bus,
  type Cluster,
  type ConnectionCounts,
  createMemoryBus,
  createMemoryCluster,
  createMemoryConnectionCounts,
  type Logger,
} from '@usher/realtime';
import { RedisBus, RedisCluster, RedisConnectionCounts, RedisPresence } from '@usher/realtime/redis';
import { createMemoryPresence, type Presence } from '@usher/realtime/rooms';
import { createMemoryTicketStore, type TicketStore } from '@usher/ticket';
import { RedisTicketStore } from '@usher/ticket/redis';
import type { Config } from '../config/config.ts';
import { connectRedis } from './connect-redis.ts';
import { SharedLimits } from './shared-limits.ts';

/** State that all nodes share and that need not be durable: in Redis or, with one node, in memory. */
export interface SharedState {
  readonly tickets: TicketStore;
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly presence: Presence;
  readonly connectionCounts: ConnectionCounts;
  /** Maximum number of unused slots per user that each node enforces. With several nodes the ticket store counts them for all. */
  readonly slotsPerUser: number;
  /** Absent with one node, whose own limits suffice. */
  readonly limits?: SharedLimits;
  /** Closes the connections to Redis, after everything that uses them. Idempotent. */
  close(): void;
}

/** Lower limit of the unused slots that a user may hold, for a low limit of connections. */
const minSlotsPerUser = 10;

/**
 * Connects to the Redis of `REDIS_URL` and registers this node. Without `REDIS_URL` there is one node.
 *
 * @throws RedisUnusable
 */
export async function openSharedState(config: Config, log: Logger): Promise<SharedState> {
  const id = randomBytes(4).toString('hex');
  const ttlMs = config.ticketTtlSeconds * 1_000;
  // All connections of a user may reconnect at once, and each of them may lose one ticket response.
  const slotsPerUser = Math.max(minSlotsPerUser, 2 * config.maxConnectionsPerUser);
  if (config.redisUrl === undefined) {
    const cluster = createMemoryCluster({ id, log });
    return {
      tickets: createMemoryTicketStore({ ttlMs }),
      bus: createMemoryBus({ log }),
      cluster,
      presence: createMemoryPresence(),
      connectionCounts: createMemoryConnectionCounts({ cluster }),
      slotsPerUser,
      close: () => undefined,
    };
  }
  const connection = await connectRedis(config.redisUrl, log);
  const { commands: redis, subscriber } = connection;
  try {
    const cluster = await RedisCluster.join({ redis, id, leaseMs: config.nodeLeaseMs, log });
    const bus = new RedisBus({ publisher: redis, subscriber, log });
    const connectionCounts = new RedisConnectionCounts({ redis, cluster, log });
    return {
      tickets: new RedisTicketStore({
        redis,
        ttlMs,
        maxQueuedPerUser: slotsPerUser,
        waitForReplicas: config.redisWaitReplicas,
      }),
      bus,
      cluster,
      presence: new RedisPresence({ redis }),
      connectionCounts,
      slotsPerUser: Number.MAX_SAFE_INTEGER,
      limits: new SharedLimits({ redis, log }),
      close() {
        connectionCounts.close();
        bus.close();
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
