import { flag, integer } from './setting-kinds.ts';

const days = 86_400;

/** Lifetimes, limits and intervals. */
export const limitSettings = {
  TICKET_TTL_SECONDS: integer(30, 1, 600, 'lifetime of a ticket'),
  ACCESS_TOKEN_SECONDS: integer(900, 1, days, 'lifetime of an access token'),
  LEASE_SECONDS: integer(1800, 1, days, 'how long a connection stays open without renewal'),
  SESSION_IDLE_SECONDS: integer(14 * days, 1, 400 * days, 'idle timeout of a session (14 days)'),
  SESSION_SECONDS: integer(30 * days, 1, 400 * days, 'absolute lifetime of a session (30 days)'),
  MAX_SESSIONS_PER_USER: integer(100, 1, 100_000, 'sessions of one user; above it, the least recently used one ends'),
  REPLAY_ENDS_SESSION: flag('ends the session of a ticket that is used a second time'),
  MAX_CONNECTIONS: integer(20_000, 1, 1_000_000, 'WebSocket connections of this node'),
  MAX_CONNECTIONS_PER_USER: integer(10, 1, 100_000, 'WebSocket connections of one user, on all nodes together'),
  MAX_CONNECTIONS_PER_ADDRESS: integer(
    1_000,
    0,
    1_000_000,
    'TCP connections from one address (IPv6: from one /64) that is neither on loopback nor a proxy of `TRUST_PROXY`; 0: no limit',
  ),
  CONNECTS_PER_SECOND: integer(
    500,
    1,
    100_000,
    'the rate at which connection slots are assigned, by all nodes together',
  ),
  CALLS_PER_SECOND: integer(
    30,
    0,
    100_000,
    'points per second that the HTTP calls of one user may cost, averaged over 10 seconds (see below); 0: no limit',
  ),
  SENDS_PER_SECOND: integer(20, 0, 100_000, 'sends of one connection; 0: no limit'),
  REQUESTS_PER_SECOND: integer(
    100,
    0,
    100_000,
    'units per second that one connection may spend (PROTOCOL.md, Limits); 0: no limit. Defaults to 0 with `SENDS_PER_SECOND=0`',
  ),
  MAX_MB_PER_USER_PER_DAY: integer(
    50,
    0,
    1_000_000,
    'megabytes that one user may store in 24 hours (see [disk space](#disk-space)); 0: no limit',
  ),
  MAX_DATABASE_MB: integer(0, 0, 100_000_000, 'size of the database with its write-ahead log; 0: no limit'),
  MIN_FREE_DISK_MB: integer(100, 0, 100_000_000, 'free disk space below which no message is stored; 0: no limit'),
  MAX_ROOMS_PER_USER: integer(1_000, 1, 100_000, 'rooms that one user may create'),
  MAX_ROOMS_PER_USER_PER_HOUR: integer(60, 1, 100_000, 'rooms that one user may create in an hour'),
  HEARTBEAT_MS: integer(25_000, 100, 600_000, 'interval of the heartbeats'),
  HEARTBEAT_GRACE_MS: integer(10_000, 100, 600_000, 'how late a heartbeat may be before the connection is closed'),
  NODE_LEASE_MS: integer(
    9_000,
    500,
    600_000,
    'with `REDIS_URL`: how long a node that does not reach Redis still counts as live; the same on all nodes',
  ),
  PRESENCE_GRACE_MS: integer(10_000, 0, 600_000, 'how long a dropped connection still counts as present'),
  DRAIN_SECONDS: integer(
    10,
    0,
    600,
    'time after a signal within which every connection is closed; see [stopping](#stopping-and-updating)',
  ),
  DRAIN_DELAY_SECONDS: integer(
    0,
    0,
    600,
    'how long `ready` is 503 before the first connection is closed; less than `DRAIN_SECONDS`',
  ),
};
