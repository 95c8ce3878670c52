import type { RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import {
  type Bus,
  type Connection,
  type Connections,
  createConnections,
  createMemoryPresence,
  createRooms,
  type History,
  type Limits,
  type Logger,
  type Marks,
  type Renewal,
  type Rooms,
} from '@usher/realtime';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../metrics.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';

export interface HubParts {
  readonly config: Config;
  readonly rooms: RoomDirectory;
  readonly history: History;
  readonly marks: Marks;
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly renew: (connection: Connection, ticket: string) => Promise<Renewal | undefined>;
}

/** How long a closing handshake may take, at most; a short drain shortens it. */
const closeGraceMs = 5_000;

export interface Hub {
  readonly connections: Connections<RoomsProtocol>;
  readonly members: Rooms;
}

/** The library's connections and rooms, over this app's rights, history and numbers. */
export function createHub(parts: HubParts): Hub {
  const { config, rooms, history, marks, bus, metrics, log, renew } = parts;
  /** On the monotonic clock: `openedAt` follows the system time, which may be changed meanwhile. */
  const openSince = new WeakMap<Connection, number>();
  const connections = createConnections({
    codec: compileProtocol(roomsProtocol),
    limits: limitsOf(config),
    heartbeatMs: config.heartbeatMs,
    heartbeatGraceMs: config.heartbeatGraceMs,
    leaseMs: config.leaseSeconds * 1_000,
    closeGraceMs: Math.max(100, Math.min(closeGraceMs, (config.drainSeconds * 1_000) / 3)),
    log,
    renew,
    observer: {
      opened(connection) {
        metrics.opened.inc();
        openSince.set(connection, performance.now());
        log.info(who(connection), 'connected');
      },
      closed(connection, { code, name }) {
        metrics.closed.inc({ code: name ?? closeLabel(code) });
        const seconds = Math.round((performance.now() - (openSince.get(connection) ?? 0)) / 1_000);
        log.info({ ...who(connection), code, reason: name, seconds }, 'disconnected');
      },
      answered(type, outcome) {
        metrics.requests.inc({ type, outcome });
      },
      refused(code) {
        metrics.requests.inc({ type: 'none', outcome: code });
      },
      dropped(type) {
        metrics.requests.inc({ type, outcome: 'dropped' });
      },
    },
  });
  metrics.watchConnections(() => connections.size);
  const members = createRooms({
    connections,
    history,
    bus,
    presence: createMemoryPresence(),
    presenceGraceMs: config.presenceGraceMs,
    marks,
    // Of a private room others say who is a member; an admin who looks in becomes none.
    entersOnJoin: (_identity, room) => rooms.isPublic(room),
    log,
    authorize: (identity, room) => {
      const admitted = rooms.admits(identity, room);
      return typeof admitted === 'boolean' ? verdict(admitted) : admitted.then(verdict);
    },
    observer: {
      appended() {
        metrics.appended.inc();
      },
      delivered(_room, members) {
        metrics.deliveries.inc(members);
      },
    },
  });
  return { connections, members };
}

/** Connections of one user that the shared budget lets rejoin all of their rooms at once, whatever the limit of connections is. */
const leastConnectionsPerUser = 10;

function limitsOf({ sendsPerSecond, requestsPerSecond, maxConnectionsPerUser }: Config): Partial<Limits> {
  const share = Math.max(leastConnectionsPerUser, maxConnectionsPerUser) / leastConnectionsPerUser;
  return { sendsPerSecond, requestsPerSecond, userRequestsPerSecond: 2 * requestsPerSecond * share };
}

function verdict(admitted: boolean): 'allowed' | 'not_found' {
  return admitted ? 'allowed' : 'not_found';
}

/** Who a line of the log is about. Never the session: whoever reads a log must not be able to act for somebody. */
function who({ id, identity }: Connection): object {
  return { connection: id, user: identity.user, address: identity.address, origin: identity.origin };
}

/** A client may send any code: those beyond the known ones share a label, so that nobody can fill the metrics. */
function closeLabel(code: number): string {
  return [1000, 1001, 1005, 1006].includes(code) ? String(code) : 'other';
}
