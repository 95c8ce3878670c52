import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import type { RoomsProtocol } from '@usher/protocol';
import { operatorProtocol } from '@usher/operator-api/server';
import { roomsProtocol } from '@usher/protocol/server';
import { ConnectionReservations, type Connections, SessionRevocation } from '@usher/realtime';
import type { Rooms } from '@usher/realtime/rooms';
import { serverOptions } from '@usher/realtime/ws';
import {
  ClientAdmission,
  clientAddress,
  createRenewal,
  openConnections,
  proxyTrust,
  retryAfterMs,
  settledWithin,
} from '@usher/server';
import type { Tracing } from '@usher/server/opentelemetry';
import { ConnectSlots, TicketStoreBreaker, TicketStoreUnavailable } from '@usher/ticket';
import { type Gate, ticketGate } from '@usher/ticket/node';
import fp from 'fastify-plugin';
import type { Sessions } from '../auth/sessions.ts';
import type { Config } from '../config/config.ts';
import { allowedOrigins } from '../config/origins.ts';
import type { ConnectionLimits } from '../http/connection-limits.ts';
import { isStoreUnavailable } from '../http/errors.ts';
import type { Metrics } from '../http/metrics.ts';
import { type Deadline, drainSpreadMs } from '../lifecycle/timing.ts';
import { ConnectionGroup } from '../operator/connection-group.ts';
import { isOperator, OperatorConnections } from '../operator/operator-connections.ts';
import { keptChars } from '../operator/string-pool.ts';
import type { TrafficLog } from '../operator/traffic-log.ts';
import type { SharedState } from '../redis/shared-state.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';
import type { Storage } from '../storage/storage.ts';
import { recordOutcomes } from './gate-outcomes.ts';
import { createObserver, createRealtime, timesOf } from './realtime.ts';
import { Replays } from './replays.ts';
import { revocableSessions } from './revocable-sessions.ts';
import { UserCommands } from './user-commands.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Authenticates every upgrade of this server. */
    readonly gate: Gate;
    /** The open connections of this node that speak the rooms protocol. */
    readonly connections: Connections<RoomsProtocol>;
    /** The open sockets of operators on this node. */
    readonly operators: OperatorConnections;
    /** The rooms of the open connections. */
    readonly members: Rooms;
    /** Whether the drain has started. Never returns to `false`. */
    readonly draining: boolean;
    /**
     * From now on tickets and handshakes are rejected with `draining`. After `DRAIN_DELAY_SECONDS` open WebSockets are closed with 1012.
     * Resolves when the last one is closed, at the deadline of the shutdown or after `DRAIN_SECONDS` at the latest.
     */
    drain(): Promise<void>;
    /** Revokes sessions and closes connections on all nodes. */
    readonly revocation: SessionRevocation;
    /** Acts on the connections of users on all nodes. */
    readonly userCommands: UserCommands;
  }
}

export interface SocketOptions {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly rooms: RoomDirectory;
  readonly shared: SharedState;
  readonly storage: Pick<Storage, 'history' | 'memberships' | 'readMarkers'>;
  readonly metrics: Metrics;
  /** Records tickets, refusals and connections. */
  readonly traffic: TrafficLog;
  /** When all connections must be closed. The shutdown starts it. */
  readonly deadline: Deadline;
  readonly limits: ConnectionLimits;
  /** Defaults to no traces. */
  readonly tracing: Tracing | undefined;
  /** The security headers of JSON responses. */
  readonly headers: Readonly<Record<string, string>>;
}

const endpoint = '/api/ws';
const ticketPath = '/api/ws_ticket';

/** How long to wait for the presence store at shutdown, in milliseconds. */
const stopMs = 1_000;

/** WebSockets: tickets, the gate that authenticates every upgrade, open connections, revocation and drain. */
export const socket = fp<SocketOptions>(
  async (app, { config, sessions, rooms, shared, storage, metrics, traffic, limits, headers, deadline, tracing }) => {
    const ttlMs = config.ticketTtlSeconds * 1_000;
    // Shared by the gate, the ticket call, renewals and revocations, so that an outage of the store is noticed once for all of them.
    const store = new TicketStoreBreaker(shared.tickets);
    const { bus, cluster, presence } = shared;
    const slots = new ConnectSlots({
      connectsPerSecond: config.connectsPerSecond,
      nodes: () => cluster.size,
      maxPerUser: shared.slotsPerUser,
      holdMs: ttlMs,
    });
    const { connections, members } = createRealtime({
      config,
      rooms,
      storage,
      bus,
      cluster,
      presence,
      metrics,
      traffic,
      log: app.log,
      tracing,
      renew: (connection, ticket) => renew(connection, ticket),
      revalidate: (open) => revocation.validate(open),
    });
    const operators = new OperatorConnections({
      ...timesOf(config),
      log: app.log,
      tracing,
      observer: createObserver(operatorProtocol.name, { metrics, traffic, log: app.log }),
      sessions,
      renew: (connection, ticket) => renew(connection, ticket),
    });
    const all = new ConnectionGroup([connections, operators.connections]);
    traffic.connections.watch({ protocol: roomsProtocol.name, connections });
    traffic.connections.watch({ protocol: operatorProtocol.name, connections: operators.connections });
    metrics.watchConnections(() => all.size);
    for (const served of [connections, operators.connections]) {
      served.onRenewed((connection) => {
        traffic.connections.renewed(connection);
      });
    }
    const reservations = new ConnectionReservations({
      connections: all,
      counts: shared.connectionCounts,
      maxPerUser: config.maxConnectionsPerUser,
    });
    const admission = new ClientAdmission({
      leaseMs: config.leaseSeconds * 1_000,
      admit: async ({ user, session }, { protocol }) => {
        const status = await sessions.validate(session, user).catch(rejectUnavailable);
        if (status.state !== 'good') return undefined;
        return protocol === operatorProtocol.name && !isOperator(status.roles) ? 'forbidden' : status;
      },
      reservations,
      keepUserAgent: (userAgent) => traffic.texts.share(userAgent, keptChars.userAgent),
    });
    const renew = createRenewal({
      ...{ store, slots, endpoint, admission },
      onReplay: (claims, { identity: { address, origin } }) => {
        replays.report(claims, { address, origin });
      },
    });
    let drained: Promise<void> | undefined;
    app.decorate('connections', connections);
    app.decorate('operators', operators);
    app.decorate('members', members);
    app.decorate('draining', { getter: () => drained !== undefined });
    app.decorate('drain', () => (drained ??= drain()));

    const revocation = new SessionRevocation({
      sessions: revocableSessions(sessions, connections),
      connections: all,
      reservations,
      tickets: {
        revokeSession(session) {
          slots.revokeSession(session);
          return store.revokeSession(session);
        },
      },
      bus,
      cluster,
      log: app.log,
      onRevoked: (count, cause) => {
        metrics.endedSessions.inc({ cause }, count);
      },
    });
    app.decorate('revocation', revocation);
    const userCommands = new UserCommands({
      ...{ connections, reservations, bus, cluster, log: app.log },
      count: (user) => all.count({ user }),
      validateOperators: () => void operators.validate(),
    });
    app.decorate('userCommands', userCommands);
    app.log.info({ node: cluster.id }, 'node started');
    const replays = new Replays({ config, revocation, metrics, log: app.log });

    let originsOfPort: { readonly port: number; readonly list: readonly string[] } | undefined;
    /** Returns the same list as long as the port is the same, so that the gate converts it once. */
    const origins = (): readonly string[] => {
      const port = app.boundPort();
      if (originsOfPort?.port !== port) originsOfPort = { port, list: allowedOrigins(config, port) };
      return originsOfPort.list;
    };
    const addressOf = clientAddress(proxyTrust(config.trustProxy));
    const gate = ticketGate(app.server, {
      store,
      endpoint,
      ticketPath,
      protocol: [roomsProtocol.name, operatorProtocol.name],
      allowedOrigins: origins,
      authenticate: (raw) =>
        app.authenticate({ raw, clientAddress: addressOf(raw) ?? '', log: app.log }).catch(rejectUnavailable),
      capacity() {
        if (app.draining) return { code: 'draining', retryAfterMs: 1_000 };
        const full = all.size + reservations.size >= Math.min(config.maxConnections, limits.maxWebSockets);
        return full ? { code: 'at_capacity', retryAfterMs } : undefined;
      },
      slots,
      address: addressOf,
      mayConnect: (holder) => admission.mayConnect(holder),
      admit: (claims, request) => admission.admit(claims, request),
      acceptConnection: (connection) => limits.accept(connection),
      ...recordOutcomes({ path: ticketPath, addressOf, metrics, traffic, replays, log: app.log }),
      tracing,
      headers,
      log: app.log,
    });
    app.decorate('gate', gate);
    app.addHook('preClose', (next) => {
      gate.close();
      next();
    });

    await app.register(websocket, {
      // The gate handles all upgrades, so the plugin listens on an emitter that never emits.
      options: { server: new EventEmitter() as unknown as Server, clientTracking: false, ...serverOptions },
      preClose(done) {
        const stop = async (): Promise<void> => {
          await app.drain();
          revocation.stop();
          userCommands.stop();
          all.stop();
          reservations.stop();
          if (!(await settledWithin(members.stop(), stopMs)))
            app.log.warn('the presence of this node was not removed in time');
          await cluster.close();
        };
        stop().then(() => {
          done();
        }, done);
      },
    });

    openConnections({
      gate,
      server: app.websocketServer,
      connectionsOf: (protocol) => (protocol === operatorProtocol.name ? operators.connections : connections),
      onUpgrade: (network) => {
        limits.upgraded(network);
      },
    });

    /** Closes all connections, within the deadline of the shutdown if it has started. */
    async function drain(): Promise<void> {
      app.log.info({ connections: all.size }, 'draining');
      if (config.drainDelaySeconds > 0) await delay(Math.min(config.drainDelaySeconds * 1_000, deadline.leftMs));
      const spreadMs = drainSpreadMs(all.size, config.connectsPerSecond, deadline.leftMs);
      const unfinished = await all.drain(spreadMs, deadline.leftMs);
      if (unfinished > 0)
        app.log.warn({ unfinished }, 'WebSockets did not finish the closing handshake and were terminated');
    }
  },
  { name: 'socket', fastify: '5.x', dependencies: ['tokens'] },
);

/** Throws the error, as an unavailable store if the database is unavailable: then the client receives 503 instead of 500. */
function rejectUnavailable(error: unknown): never {
  if (isStoreUnavailable(error)) throw new TicketStoreUnavailable('the database is unavailable', { cause: error });
  throw error;
}
