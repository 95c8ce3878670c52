/** Presence in Redis or Valkey, for several nodes. Requires `ioredis`. */
export { RedisPresence, type RedisPresenceOptions } from './redis/redis-presence.ts';
export { RedisUnavailable } from './redis/run-script.ts';
