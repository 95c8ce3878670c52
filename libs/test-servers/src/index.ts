/**
 * Real servers for tests: each test file starts its own. Single servers listen on Unix sockets, several on free TCP ports of 127.0.0.1, so
 * nothing conflicts with installed servers.
 */
export { freePorts } from './free-ports.ts';
export { PostgresServer } from './postgres-server.ts';
export { RedisClusterServers } from './redis-cluster-servers.ts';
export { RedisSentinelServers } from './redis-sentinel-servers.ts';
export { RedisServer } from './redis-server.ts';
export { testCertificate } from './test-certificate.ts';
