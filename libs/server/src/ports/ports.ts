import type { Protocol } from '@usher/protocol';
import {
  type Bus,
  type Cluster,
  type ConnectionCounts,
  createMemoryBus,
  createMemoryCluster,
  createMemoryConnectionCounts,
  type Logger,
  type RevocableSessions,
} from '@usher/realtime';
import { createRoomTables, PostgresHistory, PostgresMemberships, PostgresOutbox } from '@usher/realtime/postgres';
import { RedisBus, RedisCluster, RedisConnectionCounts, RedisPresence } from '@usher/realtime/redis';
import {
  createMemoryHistory,
  createMemoryMemberships,
  createMemoryPresence,
  createMemoryReadMarkers,
  type History,
  type Memberships,
  MemoryMembershipStore,
  type Presence,
  type ReadMarkers,
  type Rooms,
} from '@usher/realtime/rooms';
import { createMemoryTicketStore, type TicketStore } from '@usher/ticket';
import { RedisTicketStore } from '@usher/ticket/redis';
import type { UsherOptions } from '../options.ts';
import { type EndedSessions, MemoryEndedSessions, RedisEndedSessions } from './ended-sessions.ts';
import { openRedisClients, type RedisClients } from './redis-clients.ts';

/** The state of rooms. */
export interface RoomPorts {
  readonly history: History;
  readonly memberships: Memberships | undefined;
  readonly readMarkers: ReadMarkers | undefined;
  /** Publishes the messages of other programs. Returns a function that stops it. */
  readonly startOutbox: (rooms: Rooms) => () => Promise<void>;
}

/** The implementations of all ports. */
export interface Ports {
  readonly tickets: TicketStore;
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly presence: Presence;
  readonly connectionCounts: ConnectionCounts;
  readonly sessions: RevocableSessions;
  /** Set if the application has no sessions of its own. The same object as `sessions`. */
  readonly endedSessions: EndedSessions | undefined;
  /** Maximum number of unused slots per user that this node enforces. With several nodes the ticket store counts them for all. */
  readonly slotsPerUser: number;
  /** Closes what `openPorts` created, after everything that uses it. */
  close(): Promise<void>;
}

/** Lower limit of the unused slots that a user may hold, for a low limit of connections. */
const minSlotsPerUser = 10;

/**
 * Opens the ports: those of the options, else those of Redis, else those in memory. What the application passed stays open on `close`.
 *
 * @throws Error if Redis does not respond
 */
export async function openPorts<P extends Protocol, R>(options: UsherOptions<P, R>, log: Logger): Promise<Ports> {
  const ttlMs = (options.ticketSeconds ?? 30) * 1_000;
  // All connections of a user may reconnect at once, and each of them may lose one ticket response.
  const slotsPerUser =
    options.slotsPerUser ?? Math.max(minSlotsPerUser, 2 * (options.limits?.connectionsPerUser ?? 10));
  const keepMs = (options.endedSessionSeconds ?? 86_400) * 1_000;
  const clients = options.redis === undefined ? undefined : await openRedisClients(options.redis, log);
  const prefix = options.redisPrefix ?? 'usher';
  const closing: (() => unknown)[] = [];
  try {
    const cluster = options.cluster ?? (await openCluster(clients, prefix, log));
    if (options.cluster === undefined) closing.push(() => cluster.close());
    const bus = options.bus ?? openBus(clients, prefix, log, closing);
    const connectionCounts = options.connectionCounts ?? openCounts(clients, cluster, prefix, log);
    if (options.connectionCounts === undefined)
      closing.push(() => {
        connectionCounts.close();
      });
    const redis = clients?.commands;
    const endedSessions =
      options.sessions !== undefined
        ? undefined
        : redis === undefined
          ? new MemoryEndedSessions(keepMs, log)
          : new RedisEndedSessions(redis, `{${prefix}-ended}`, keepMs);
    const sharesTickets = redis !== undefined && options.store === undefined;
    return {
      tickets:
        options.store ??
        (redis === undefined
          ? createMemoryTicketStore({ ttlMs })
          : new RedisTicketStore({ redis, ttlMs, maxQueuedPerUser: slotsPerUser, prefix: `{${prefix}-tickets}` })),
      bus,
      cluster,
      presence:
        options.presence ??
        (redis === undefined ? createMemoryPresence() : new RedisPresence({ redis, prefix: `{${prefix}-presence}` })),
      connectionCounts,
      sessions: options.sessions ?? (endedSessions as EndedSessions),
      endedSessions,
      slotsPerUser: sharesTickets ? Number.MAX_SAFE_INTEGER : slotsPerUser,
      async close() {
        for (const close of closing.toReversed()) await close();
        clients?.close();
      },
    };
  } catch (error) {
    for (const close of closing.toReversed()) await close();
    clients?.close();
    throw error;
  }
}

async function openCluster(clients: RedisClients | undefined, prefix: string, log: Logger): Promise<Cluster> {
  if (clients === undefined) return createMemoryCluster({ log });
  return RedisCluster.join({ redis: clients.commands, prefix: `{${prefix}-cluster}`, log });
}

function openBus(clients: RedisClients | undefined, prefix: string, log: Logger, closing: (() => unknown)[]): Bus {
  if (clients === undefined) return createMemoryBus({ log });
  const bus = new RedisBus({ publisher: clients.commands, subscriber: clients.subscriber, prefix, log });
  closing.push(() => {
    bus.close();
  });
  return bus;
}

function openCounts(
  clients: RedisClients | undefined,
  cluster: Cluster,
  prefix: string,
  log: Logger,
): ConnectionCounts {
  if (clients === undefined) return createMemoryConnectionCounts({ cluster });
  if (!(cluster instanceof RedisCluster))
    throw new TypeError('invalid connectionCounts: required with redis and a cluster of your own');
  return new RedisConnectionCounts({ redis: clients.commands, cluster, prefix: `${prefix}-connections`, log });
}

/**
 * Opens the ports of the rooms: those of the options, else those of PostgreSQL, else those in memory. Creates the rooms of `rooms`, unless the
 * history belongs to the application.
 *
 * @throws Error if PostgreSQL cannot be used
 */
export async function openRoomPorts<P extends Protocol, R>(
  options: UsherOptions<P, R>,
  log: Logger,
): Promise<RoomPorts> {
  const { postgres: pool, rooms = [], memberships, readMarkers } = options;
  const noOutbox = (): (() => Promise<void>) => () => Promise.resolve();
  if (options.history !== undefined) {
    return { history: options.history, memberships, readMarkers, startOutbox: noOutbox };
  }
  if (pool === undefined) {
    const history = createMemoryHistory({ rooms });
    const store = new MemoryMembershipStore(history);
    return {
      history,
      memberships: memberships ?? createMemoryMemberships(store),
      // Read markers of the default would not know the members of another store.
      readMarkers: readMarkers ?? (memberships === undefined ? createMemoryReadMarkers(store) : undefined),
      startOutbox: noOutbox,
    };
  }
  if (options.createTables ?? true) await createRoomTables(pool);
  const createRooms = 'INSERT INTO usher.room_heads (room) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING';
  if (rooms.length > 0) await pool.query(createRooms, [rooms]);
  const history = new PostgresHistory({ pool });
  const members = new PostgresMemberships(pool);
  return {
    history,
    memberships: memberships ?? members,
    readMarkers: readMarkers ?? (memberships === undefined ? members : undefined),
    startOutbox(served) {
      const outbox = new PostgresOutbox({
        pool,
        history,
        publish: (appended, epoch) => {
          served.deliver(appended, epoch);
        },
        log,
      });
      return () => outbox.stop();
    },
  };
}
