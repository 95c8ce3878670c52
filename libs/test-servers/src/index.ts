/** Real servers for tests: each test file starts its own, on Unix sockets, so nothing conflicts with installed servers. */
export { PostgresServer } from './postgres-server.ts';
export { RedisServer } from './redis-server.ts';
