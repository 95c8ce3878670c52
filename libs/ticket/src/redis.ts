/** Tickets in Redis or Valkey, for several nodes. Requires `ioredis`. */
export { RedisTicketStore, type RedisTicketStoreOptions } from './redis/redis-ticket-store.ts';
