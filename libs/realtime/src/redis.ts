/** The bus, presence, node leases and connections per user in Redis or Valkey, for several nodes. Requires `ioredis`. */
export { batchWrites } from './redis/batched-writes.ts';
export { RedisBus, type RedisBusOptions } from './redis/redis-bus.ts';
export { RedisCluster, type RedisClusterOptions } from './redis/redis-cluster.ts';
export { RedisConnectionCounts, type RedisConnectionCountsOptions } from './redis/redis-connection-counts.ts';
export { RedisPresence, type RedisPresenceOptions } from './redis/redis-presence.ts';
export { RedisUnavailable, runScript } from './redis/run-script.ts';
