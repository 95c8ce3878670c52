import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import fp from 'fastify-plugin';
import type { WebSocket } from 'ws';
import { closeCode, type RoomsProtocol } from '@usher/protocol';
import { roomsProtocol } from '@usher/protocol/server';
import {
  type Connection,
  type Connections,
  createMemoryBus,
  type History,
  type Marks,
  type Renewal,
  type Rooms,
} from '@usher/realtime';
import { attach, serverOptions } from '@usher/realtime/ws';
import { ConnectSlots, createMemoryTicketStore } from '@usher/ticket';
import { type GateVerdict, ticketGate } from '@usher/ticket/fastify';
import type { Endings } from '../auth/endings.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Standing } from '../auth/standing.ts';
import type { Config } from '../config/config.ts';
import { allowedOrigins } from '../config/origins.ts';
import type { Deadline } from '../deadline.ts';
import { clientAddress, proxyTrust } from '../http/client-address.ts';
import type { ConnectionLimits } from '../http/connection-limits.ts';
import { limitedWarnings } from '../http/limited-warnings.ts';
import type { Metrics } from '../metrics.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';
import { drainSpreadMs } from './drain-spread.ts';
import { createEndings } from './endings.ts';
import { Guest } from './guest.ts';
import { createHub } from './hub.ts';
import { createReplays } from './replays.ts';
import { createSeats } from './seats.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The open sockets of this node. */
    readonly connections: Connections<RoomsProtocol>;
    /** Who is in which room. */
    readonly members: Rooms;
    /** Whether the drain has begun. Once `true` it stays `true`. */
    readonly draining: boolean;
    /**
     * Starts the deadline of the shutdown. From now on tickets and handshakes are refused with `draining`; after `DRAIN_DELAY_SECONDS`
     * open WebSockets are closed with 1012. Resolves when the last one is gone, at the deadline at the latest.
     */
    drain(): Promise<void>;
    /** Ends sessions and connections, here and on every other node. */
    readonly endings: Endings;
  }
}

export interface SocketOptions {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly rooms: RoomDirectory;
  readonly history: History;
  readonly marks: Marks;
  readonly metrics: Metrics;
  /** When every connection must be gone. `app.drain` starts it. */
  readonly deadline: Deadline;
  readonly limits: ConnectionLimits;
}

const endpoint = '/api/ws';

function ignore(): void {
  // The close that follows tells enough.
}

/** Unused connection slots that a user may hold where the limit of connections is lower. */
const leastSlotsPerUser = 10;

/** When those may come back who were refused because there is no room. */
const retryAfterMs = 5_000;

/** The door and what lies behind it: tickets, the gate before every upgrade, the open sockets, and how they end. */
export const socket = fp<SocketOptions>(
  async (app, { config, sessions, rooms, history, marks, metrics, limits, deadline }) => {
    const ttlMs = config.ticketTtlSeconds * 1_000;
    const store = createMemoryTicketStore({ ttlMs });
    const slots = new ConnectSlots({
      connectsPerSecond: config.connectsPerSecond,
      // All connections of a user may reconnect at once, and each of them may lose one ticket on the way.
      maxPerUser: Math.max(leastSlotsPerUser, 2 * config.maxConnectionsPerUser),
      holdMs: ttlMs,
    });
    const bus = createMemoryBus({ log: app.log });
    const { connections, members } = createHub({ config, rooms, history, marks, bus, metrics, log: app.log, renew });
    const seats = createSeats({
      openOf: (user) => connections.count({ user }),
      maxPerUser: config.maxConnectionsPerUser,
    });
    let drained: Promise<void> | undefined;
    app.decorate('connections', connections);
    app.decorate('members', members);
    app.decorate('draining', { getter: () => drained !== undefined });
    app.decorate('drain', () => (drained ??= drain()));

    // One node so far: the survey is answered by it alone.
    const node = randomBytes(4).toString('hex');
    const endings = createEndings({
      sessions,
      connections,
      seats,
      tickets: {
        revokeSession(session) {
          slots.revokeSession(session);
          return store.revokeSession(session);
        },
      },
      bus,
      node,
      members: () => [node],
      log: app.log,
      onEnded: (count, cause) => {
        metrics.endedSessions.inc({ cause }, count);
      },
    });
    app.decorate('endings', endings);
    app.log.info({ node }, 'this node');
    const warn = limitedWarnings(app.log);
    const replays = createReplays({ config, endings, metrics, log: app.log });

    await app.register(ticketGate, {
      store,
      endpoint,
      ticketPath: '/api/ws_ticket',
      protocol: roomsProtocol.name,
      allowedOrigins: () => allowedOrigins(config, app.boundPort()),
      authenticate: (request) => app.authenticate(request),
      capacity() {
        if (app.draining) return { code: 'draining', retryAfterMs: 1_000 };
        const full = connections.size + seats.size >= Math.min(config.maxConnections, limits.maxWebSockets);
        return full ? { code: 'at_capacity', retryAfterMs } : undefined;
      },
      slots,
      address: clientAddress(proxyTrust(config.trustProxy)),
      mayConnect: ({ user }) => (seats.free(user) ? undefined : { code: 'too_many_connections', retryAfterMs }),
      async admit({ user, session }, { address, origin }) {
        const seat = seats.take(user, session);
        if (seat === undefined) return { ok: false, reason: 'too_many_connections', retryAfterMs };
        const release = (): void => {
          seat.release();
        };
        try {
          const standing = await sessions.look(session, user);
          if (standing.state === 'good') {
            const identity = new Guest(
              seat,
              { user, session, roles: standing.roles, address, origin },
              leaseOf(standing),
            );
            return { ok: true, identity, release };
          }
        } catch (error) {
          release();
          throw error;
        }
        release();
        return { ok: false, reason: 'revoked' };
      },
      acceptConnection: (connection) => limits.accept(connection),
      onVerdict,
      onTicket(outcome) {
        metrics.tickets.inc({ outcome });
      },
    });

    await app.register(websocket, {
      // The gate is the one that upgrades, so the plugin's own way through the router hears of nobody.
      options: { server: new EventEmitter() as unknown as Server, clientTracking: false, ...serverOptions },
      preClose(done) {
        app.drain().then(() => {
          endings.stop();
          connections.stop();
          done();
        }, done);
      },
    });

    // Past the router: whoever comes here has been judged, and what a route would add (request, reply and their hooks) costs more
    // than a tenth of a connect and stays in memory for as long as the socket does.
    app.gate.server.on('upgrade', (request: IncomingMessage, network: Duplex, head: Buffer) => {
      // The 101 and the welcome leave in one write: each costs the kernel more than all that is computed for it.
      network.cork();
      limits.upgraded(network);
      app.websocketServer.handleUpgrade(request, network, head, (ws: unknown) => {
        seat(ws as WebSocket, request);
      });
      setImmediate(() => {
        network.uncork();
      });
    });

    function seat(ws: WebSocket, request: IncomingMessage): void {
      const { identity: guest } = app.gate.admitted(request);
      if (guest instanceof Guest && guest.seat.occupy()) {
        attach(ws, (opened) => connections.open(opened, guest.identity, { lease: guest.lease }).listener);
        return;
      }
      // An error that nobody hears would end the process.
      ws.on('error', ignore);
      const { code, reason } = closeCode('session_ended');
      ws.close(code, reason);
    }

    function onVerdict({ verdict, fault, claims, address, origin, userAgent }: GateVerdict): void {
      metrics.handshakes.inc(fault === undefined ? { verdict } : { verdict, fault });
      if (verdict === 'admitted') return;
      // A browser shows only close code 1006, and the operator may have forgotten to name the page's origin.
      if (verdict === 'origin_forbidden') {
        warn(origin ?? '', { origin, setting: 'ALLOWED_ORIGINS' }, 'origin not allowed: add it to ALLOWED_ORIGINS');
      }
      app.log.info({ verdict, fault, user: claims?.user, address, origin, userAgent }, 'handshake refused');
      if (fault === 'used' && claims !== undefined) replays.note(claims, { address, origin, userAgent });
    }

    async function renew({ identity }: Connection, ticket: string): Promise<Renewal | undefined> {
      const { user, session, address, origin } = identity;
      const consumed = await store.consume(ticket, endpoint);
      if (consumed.ok) slots.used(consumed.claims);
      if (!consumed.ok && consumed.reason === 'used' && consumed.claims !== undefined) {
        replays.note(consumed.claims, { address, origin });
      }
      if (!consumed.ok || consumed.claims.session !== session) return undefined;
      const standing = await sessions.look(session, user);
      return standing.state === 'good' ? { lease: leaseOf(standing), roles: standing.roles } : undefined;
    }

    /** Unix seconds: no socket outlives its session. */
    function leaseOf({ ends }: Extract<Standing, { state: 'good' }>): number {
      return Math.ceil(Math.min(Date.now() + config.leaseSeconds * 1_000, ends) / 1_000);
    }

    /** Closes everything against the deadline that the whole shutdown shares. */
    async function drain(): Promise<void> {
      deadline.start();
      app.log.info({ connections: connections.size }, 'draining');
      if (config.drainDelaySeconds > 0) await delay(Math.min(config.drainDelaySeconds * 1_000, deadline.leftMs));
      const spreadMs = drainSpreadMs(connections.size, config.connectsPerSecond, deadline.leftMs);
      const unfinished = await connections.drain(spreadMs, deadline.leftMs);
      if (unfinished > 0) app.log.warn({ unfinished }, 'WebSockets did not finish the closing handshake and were cut');
    }
  },
  { name: 'socket', fastify: '5.x', dependencies: ['tokens'] },
);
