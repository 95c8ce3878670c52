import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { EndCause, Protocol, RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import {
  ConnectionReservations,
  type Connections,
  createConnections,
  type Limits,
  type Logger,
  type RevocationProof,
  SessionRevocation,
} from '@usher/realtime';
import { createRooms, type Rooms } from '@usher/realtime/rooms';
import { serverOptions } from '@usher/realtime/ws';
import { ConnectSlots, TicketStoreBreaker } from '@usher/ticket';
import type { Gate, NodeTicketGateOptions } from '@usher/ticket/node';
import { clientAddress, proxyTrust } from '../http/client-address.ts';
import { consoleLogger } from '../http/warnings.ts';
import type { UsherLimits, UsherOptions } from '../options.ts';
import { openPorts, openRoomPorts, type Ports, type RoomPorts } from '../ports/ports.ts';
import { admitUnlessEnded, ClientAdmission, retryAfterMs } from './admission.ts';
import { HandshakeReport } from './handshake-report.ts';
import { createRenewal } from './renewal.ts';
import { settledWithin } from './settled-within.ts';
import { openConnections } from './sockets.ts';
import type { CredentialCounts, Usher } from './usher.ts';
import { loadWs, requireNode, servesRooms, validateOptions } from './validate.ts';

/** Attaches the gate to a server: to a bare server of Node, or through a framework that routes the ticket call. */
export interface GateForm {
  readonly gate: Gate;
  readonly attach: (server: HttpServer | HttpsServer) => void;
}

/** How long to wait for the presence store at the end, in milliseconds. */
const stopMs = 1_000;

/**
 * Composes a server from its options.
 *
 * @param createForm creates the gate from the options of `@usher/ticket/node`
 * @throws TypeError, RangeError or Error that names the option, or what cannot be reached
 */
export async function compose<P extends Protocol, R, F extends GateForm>(
  options: UsherOptions<P, R>,
  createForm: (options: NodeTicketGateOptions<R>) => F,
): Promise<{ readonly usher: Usher<P>; readonly form: F }> {
  requireNode();
  validateOptions(options);
  const { log = consoleLogger } = options;
  const { WebSocketServer } = await loadWs();
  const ports = await openPorts(options, log);
  try {
    const roomPorts = servesRooms(options.protocol) ? await openRoomPorts(options, log) : undefined;
    // The protocol only adds names and types that its codec has already checked.
    const server = new ComposedServer(options, {
      ports,
      roomPorts,
      log,
      createForm,
    });
    openConnections({
      gate: server.form.gate,
      server: new WebSocketServer({
        noServer: true,
        clientTracking: false,
        ...serverOptions,
        maxPayload: server.connections.limits.frameBytes,
      }),
      connectionsOf: () => server.connections,
      onUpgrade: options.hooks?.onUpgrade,
    });
    return { usher: server as unknown as Usher<P>, form: server.form };
  } catch (error) {
    await ports.close();
    throw error;
  }
}

interface Parts<R, F> {
  readonly ports: Ports;
  readonly roomPorts: RoomPorts | undefined;
  readonly log: Logger;
  readonly createForm: (options: NodeTicketGateOptions<R>) => F;
}

class ComposedServer<R, F extends GateForm> {
  readonly connections: Connections<Protocol>;
  readonly rooms: Rooms | undefined;
  readonly revocation: SessionRevocation;
  readonly reservations: ConnectionReservations;
  readonly gate: Gate;
  readonly form: F;
  readonly #options: UsherOptions<Protocol, R>;
  readonly #ports: Ports;
  readonly #log: Logger;
  /** Shared by the gate, renewals and revocations, so that an outage of the store is noticed once for all of them. */
  readonly #store: TicketStoreBreaker;
  readonly #slots: ConnectSlots;
  readonly #admission: ClientAdmission;
  readonly #stopOutbox: () => Promise<void>;
  readonly #report: HandshakeReport;
  #draining = false;
  #closed: Promise<void> | undefined;

  constructor(options: UsherOptions<Protocol, R>, { ports, roomPorts, log, createForm }: Parts<R, F>) {
    const { limits = {}, hooks = {}, tracing } = options;
    const { connections: maxConnections = 10_000, connectionsPerUser = 10, connectsPerSecond = 200 } = limits;
    this.#options = options;
    this.#ports = ports;
    this.#log = log;
    this.#report = new HandshakeReport({ hooks, originSetting: options.originSetting ?? 'allowedOrigins', log });
    this.#store = ports.tickets instanceof TicketStoreBreaker ? ports.tickets : new TicketStoreBreaker(ports.tickets);
    this.#slots = new ConnectSlots({
      connectsPerSecond,
      nodes: () => ports.cluster.size,
      maxPerUser: ports.slotsPerUser,
      holdMs: (options.ticketSeconds ?? 30) * 1_000,
    });
    const leaseMs = (options.leaseSeconds ?? 1_800) * 1_000;
    const protocol: Protocol = options.protocol ?? roomsProtocol;
    this.connections = createConnections({
      ...options.connectionsOptions,
      codec: compileProtocol(protocol),
      limits: connectionLimits(limits),
      leaseMs,
      log,
      tracing,
      renew: (connection, ticket) => renew(connection, ticket),
    });
    this.reservations = new ConnectionReservations({
      connections: this.connections,
      counts: ports.connectionCounts,
      maxPerUser: connectionsPerUser,
    });
    this.#admission = new ClientAdmission({
      leaseMs,
      admit: options.admit ?? admitUnlessEnded(ports.sessions),
      validateTicketCalls: options.admit === undefined,
      reservations: this.reservations,
    });
    const renew = createRenewal({
      store: this.#store,
      slots: this.#slots,
      endpoint: this.#endpoint,
      admission: this.#admission,
      onReplay: (claims, { identity: { address, origin } }) =>
        hooks.onReplay?.({ claims, address, origin, userAgent: undefined }),
    });
    this.revocation = new SessionRevocation({
      sessions: ports.sessions,
      connections: this.connections,
      reservations: this.reservations,
      tickets: { revokeSession: (session) => this.#revokeTickets(session) },
      bus: ports.bus,
      cluster: ports.cluster,
      log,
      ...(hooks.onRevoked === undefined ? {} : { onRevoked: hooks.onRevoked }),
    });
    this.rooms = roomPorts && this.#createRooms(roomPorts);
    this.#stopOutbox = this.rooms === undefined ? () => Promise.resolve() : startOutbox(roomPorts, this.rooms);
    this.form = createForm({
      store: this.#store,
      endpoint: this.#endpoint,
      ...(options.ticketPath === undefined ? {} : { ticketPath: options.ticketPath }),
      protocol: protocol.name,
      allowedOrigins: options.allowedOrigins,
      authenticate: options.authenticate,
      capacity: () => {
        const isFull = this.connections.size + this.reservations.size >= maxConnections;
        return isFull ? { code: 'at_capacity', retryAfterMs } : undefined;
      },
      slots: this.#slots,
      address: options.address ?? clientAddress(proxyTrust(options.trustProxy ?? false)),
      mayConnect: (holder) => this.#admission.mayConnect(holder),
      admit: (claims, request) => this.#admission.admit(claims, request),
      acceptConnection: options.acceptConnection ?? (() => true),
      acceptTokens: options.acceptTokens,
      tracing,
      onHandshake: (outcome) => {
        this.#report.add(outcome);
      },
      onTicketCall: hooks.onTicketCall,
      headers: options.headers ?? {},
      log,
    });
    this.gate = this.form.gate;
    if (options.acceptTokens !== undefined && options.acceptTokens.until.getTime() <= Date.now())
      log.warn({}, 'acceptTokens.until has passed: remove the option acceptTokens');
  }

  get credentials(): CredentialCounts {
    return this.#report.credentials;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get #endpoint(): string {
    return this.#options.endpoint ?? '/api/ws';
  }

  attach(server: HttpServer | HttpsServer): void {
    this.form.attach(server);
  }

  revoke(session: string | readonly string[], cause: EndCause = 'signed_out'): Promise<RevocationProof> {
    return this.revocation.revokeSessions(typeof session === 'string' ? [session] : session, cause);
  }

  startDraining(): void {
    this.#draining = true;
    this.gate.close();
  }

  drain(spreadMs: number, withinMs: number): Promise<number> {
    this.startDraining();
    return this.connections.drain(spreadMs, withinMs);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const withinMs = (this.#options.drainSeconds ?? 8) * 1_000;
    const { connectsPerSecond = 200 } = this.#options.limits ?? {};
    const paceMs = connectsPerSecond === 0 ? 0 : (this.connections.size / connectsPerSecond) * 1_000;
    const unfinished = await this.drain(Math.min(paceMs, (withinMs * 2) / 3), withinMs);
    if (unfinished > 0)
      this.#log.warn({ unfinished }, 'WebSockets did not finish the closing handshake and were terminated');
    this.revocation.stop();
    this.connections.stop();
    this.reservations.stop();
    await this.#stopOutbox();
    if (this.rooms !== undefined && !(await settledWithin(this.rooms.stop(), stopMs)))
      this.#log.warn({}, 'the presence of this node was not removed in time');
    await this.#ports.close();
  }

  #createRooms({ history, memberships, readMarkers }: RoomPorts): Rooms {
    const { authorize, rooms = [], roomsOptions, tracing } = this.#options;
    const { bus, cluster, presence } = this.#ports;
    const names = new Set(rooms);
    return createRooms({
      ...roomsOptions,
      tracing,
      // Called only if the protocol has rooms.
      connections: this.connections as unknown as Connections<RoomsProtocol>,
      history,
      bus,
      cluster,
      presence,
      ...(memberships === undefined ? {} : { memberships }),
      ...(readMarkers === undefined ? {} : { readMarkers }),
      authorize: authorize ?? ((_identity, room) => (names.has(room) ? 'allowed' : 'not_found')),
      revalidate: (connections) => this.revocation.validate(connections),
      log: this.#log,
    });
  }

  #revokeTickets(session: string): Promise<number> {
    this.#ports.endedSessions?.revoked(session);
    this.#slots.revokeSession(session);
    return this.#store.revokeSession(session);
  }
}

/** The limits of the node, which `createConnections` does not know. */
const nodeLimits: ReadonlySet<string> = new Set<keyof UsherLimits>([
  'connections',
  'connectionsPerUser',
  'connectsPerSecond',
]);

function connectionLimits(limits: UsherLimits): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !nodeLimits.has(name)));
}

function startOutbox(ports: RoomPorts | undefined, rooms: Rooms): () => Promise<void> {
  return ports === undefined ? () => Promise.resolve() : ports.startOutbox(rooms);
}
