/** The bus and presence in Redis or Valkey, for several nodes. Requires `ioredis`. */
export { RedisBus, type RedisBusOptions } from './redis/redis-bus.ts';
export { RedisPresence, type RedisPresenceOptions } from './redis/redis-presence.ts';
export { RedisUnavailable } from './redis/run-script.ts';
