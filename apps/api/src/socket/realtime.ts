import type { RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import {
  type Bus,
  type Cluster,
  type Connection,
  type Connections,
  type ConnectionsObserver,
  createConnections,
  type Limits,
  type Logger,
  type Renewal,
} from '@usher/realtime';
import { createRooms, type Presence, type Rooms } from '@usher/realtime/rooms';
import type { Tracing } from '@usher/server/opentelemetry';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../http/metrics.ts';
import type { TrafficLog } from '../operator/traffic-log.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';
import type { Storage } from '../storage/storage.ts';

export interface RealtimeParts {
  readonly config: Config;
  readonly rooms: RoomDirectory;
  readonly storage: Pick<Storage, 'history' | 'memberships' | 'readMarkers'>;
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly presence: Presence;
  readonly metrics: Metrics;
  readonly traffic: TrafficLog;
  readonly log: Logger;
  readonly renew: (connection: Connection, ticket: string) => Promise<Renewal | undefined>;
  readonly tracing: Tracing | undefined;
  /** See `RoomsOptions.revalidate`. */
  readonly revalidate: (connections: readonly Connection[]) => Promise<void>;
}

/** Upper limit of the closing handshake in milliseconds. A short drain shortens it. */
const closeGraceMs = 5_000;

export interface Realtime {
  readonly connections: Connections<RoomsProtocol>;
  readonly members: Rooms;
}

/** Creates the connections and rooms of `@usher/realtime` with the access rules, history and metrics of this app. */
export function createRealtime(parts: RealtimeParts): Realtime {
  const { config, rooms, bus, cluster, presence, metrics, traffic, log } = parts;
  const { history, memberships, readMarkers } = parts.storage;
  const { renew, revalidate, tracing } = parts;
  const connections = createConnections({
    codec: compileProtocol(roomsProtocol),
    bus,
    cluster,
    limits: limitsOf(config),
    ...timesOf(config),
    log,
    tracing,
    renew,
    observer: createObserver(roomsProtocol.name, { metrics, traffic, log }),
  });
  const members = createRooms({
    connections,
    history,
    bus,
    cluster,
    presence,
    presenceGraceMs: config.presenceGraceMs,
    revalidate,
    memberships,
    readMarkers,
    // Members of a private room are managed explicitly: an admin who opens the room does not become a member.
    joinCreatesMembership: (_identity, room) => rooms.isPublic(room),
    log,
    tracing,
    authorize: (identity, room) => {
      const admitted = rooms.admits(identity, room);
      return typeof admitted === 'boolean' ? toAuthorization(admitted) : admitted.then(toAuthorization);
    },
    observer: {
      appended(_room, ms) {
        metrics.appended.inc();
        if (ms !== undefined) metrics.durableDurations.observe(ms / 1_000);
        traffic.counts.messages += 1;
      },
      delivered(_room, members, ms) {
        metrics.deliveries.inc(members);
        if (ms !== undefined) metrics.deliveryDurations.observe(ms / 1_000);
        traffic.counts.deliveries += members;
      },
      left(room, connection) {
        traffic.connections.left(room, connection);
      },
    },
  });
  return { connections, members };
}

/** The heartbeat, lease and closing handshake of connections. */
export function timesOf(
  config: Config,
): Record<'heartbeatMs' | 'heartbeatGraceMs' | 'leaseMs' | 'closeGraceMs', number> {
  return {
    heartbeatMs: config.heartbeatMs,
    heartbeatGraceMs: config.heartbeatGraceMs,
    leaseMs: config.leaseSeconds * 1_000,
    closeGraceMs: Math.max(100, Math.min(closeGraceMs, (config.drainSeconds * 1_000) / 3)),
  };
}

/** Logs, counts and records the connections of a protocol. */
export function createObserver(
  protocol: string,
  { metrics, traffic, log }: Pick<RealtimeParts, 'metrics' | 'traffic' | 'log'>,
): ConnectionsObserver {
  return {
    opened(connection) {
      metrics.opened.inc();
      traffic.counts.connects += 1;
      log.info(logFieldsOf(connection), 'connected');
    },
    closed(connection, closed) {
      const { code, name } = closed;
      metrics.closed.count(name ?? closeLabel(code));
      traffic.connections.closed(connection, protocol, closed);
      const seconds = Math.round(connection.openForMs / 1_000);
      log.info({ ...logFieldsOf(connection), code, reason: name, seconds }, 'disconnected');
    },
    answered(type, outcome, connection) {
      metrics.requests.count(type, outcome);
      if (outcome === 'rate_limited') traffic.connections.rateLimited(connection, type);
    },
    refused(code) {
      metrics.requests.count('none', code);
    },
    dropped(type, connection) {
      metrics.requests.count(type, 'dropped');
      traffic.connections.rateLimited(connection, type);
    },
  };
}

/** The budget of a user lets at least this many connections rejoin all of their rooms at once, even if the connection limit is lower. */
const minConnectionsPerUser = 10;

function limitsOf({ sendsPerSecond, requestsPerSecond, maxConnectionsPerUser }: Config): Partial<Limits> {
  const share = Math.max(minConnectionsPerUser, maxConnectionsPerUser) / minConnectionsPerUser;
  return { sendsPerSecond, requestsPerSecond, userRequestsPerSecond: 2 * requestsPerSecond * share };
}

function toAuthorization(admitted: boolean): 'allowed' | 'not_found' {
  return admitted ? 'allowed' : 'not_found';
}

/** Log fields of a connection. Without the session id, which would let a reader of the log impersonate the user. */
function logFieldsOf({ id, identity }: Connection): object {
  const { user, address, origin, receipt } = identity;
  return { connection: id, user, address, origin, receipt };
}

/** Clients may send any close code. Unknown codes share one label, so that clients cannot create metric series without bound. */
function closeLabel(code: number): string {
  return [1000, 1001, 1005, 1006].includes(code) ? String(code) : 'other';
}
