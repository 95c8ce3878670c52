import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Protocol, RoomsProtocol } from '@usher/protocol';
import type {
  Bus,
  Cluster,
  ConnectionCounts,
  ConnectionsOptions,
  Limits,
  Logger,
  RealtimeTracing,
  RevocableSessions,
  SessionRevocationOptions,
} from '@usher/realtime';
import type { Authorize, History, Memberships, Presence, ReadMarkers, RoomsOptions } from '@usher/realtime/rooms';
import type { CallOptions, TicketClaims, TicketStore } from '@usher/ticket';
import type {
  AcceptTokens,
  CompletedTicketCall,
  HandshakeInfo,
  HandshakeOutcome,
  HandshakeRequest,
  TicketHolder,
  TicketTracing,
} from '@usher/ticket/node';
import type { Cluster as RedisClusterClient, Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { TrustProxy } from './http/client-address.ts';

/** A user whose ticket was accepted. */
export interface AdmittedUser {
  /** Defaults to none. */
  readonly roles?: readonly string[];
  /** When the session ends at the latest, in Unix milliseconds. No lease outlives it. Defaults to never. */
  readonly ends?: number;
}

/**
 * Decides on the holder of a valid ticket. `undefined`: the session has ended. `'forbidden'`: the user may not connect, or not with the
 * subprotocol `request.protocol`, which is `undefined` when a lease is renewed.
 */
export type Admit = (
  holder: TicketHolder,
  request: HandshakeRequest,
) => AdmittedUser | 'forbidden' | undefined | Promise<AdmittedUser | 'forbidden' | undefined>;

/** Limits of a node and of its connections. */
export interface UsherLimits extends Partial<Limits> {
  /** Maximum number of connections of this node. Beyond it clients receive `at_capacity`. Defaults to 10,000. */
  readonly connections?: number;
  /** Maximum number of connections of one user on all nodes. Defaults to 10. */
  readonly connectionsPerUser?: number;
  /** Connections that may begin per second on all nodes together; 0 means no limit. Defaults to 200. */
  readonly connectsPerSecond?: number;
}

/** Where a ticket was presented that had been used before. */
export interface Replay extends HandshakeInfo {
  readonly claims: TicketClaims;
}

/** Functions that are called for logs, metrics and operators. They receive no secrets and must not throw. */
export interface UsherHooks {
  /** Called with the outcome of each handshake. `credential` says whether a ticket or a token was presented. */
  readonly onHandshake?: (outcome: HandshakeOutcome) => void;
  /** Called after each ticket call. */
  readonly onTicketCall?: (call: CompletedTicketCall) => void;
  /** Called when a used ticket is presented again, in a handshake or to renew a lease. The ticket may have been stolen. */
  readonly onReplay?: (replay: Replay) => void;
  /** Called with the number of revoked sessions. */
  readonly onRevoked?: SessionRevocationOptions['onRevoked'];
  /** Called with the network socket of each admitted handshake, before it is upgraded. */
  readonly onUpgrade?: (network: Duplex) => void;
}

/**
 * The options of `createUsher`. Only `allowedOrigins`, `authenticate` and one of `rooms`, `authorize` and `protocol` are required.
 * @template R the request of the ticket call, as the HTTP framework represents it.
 */
export interface UsherOptions<P extends Protocol = RoomsProtocol, R = IncomingMessage> {
  /** Exact origins from which browsers may connect, such as `https://chat.example.org`, or a function that returns them. */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  /**
   * Returns the user and the session of a ticket call. `session` is the unit of revocation. If it throws an error whose `code` is a problem code,
   * such as `missing_token`, `invalid_token` or `token_expired`, the client receives that problem. Other errors become 500.
   */
  readonly authenticate: (request: R, options: CallOptions) => TicketHolder | Promise<TicketHolder>;
  /**
   * Looks up the holder of a valid ticket again, when a connection opens and when its lease is renewed. Return `undefined` if the session has
   * ended, which closes the connection, or `'forbidden'` to reject the handshake with 403. Defaults to `sessions.causesOfEnd`, which is then
   * called by the ticket call too, and to no roles.
   */
  readonly admit?: Admit;
  /**
   * The sessions of the application, which `usher.revoke` ends. Defaults to a list of ended sessions, in Redis or in the memory of each node,
   * that is kept for `endedSessionSeconds`. Your own code must then stop issuing and refreshing tokens for these sessions.
   */
  readonly sessions?: RevocableSessions;
  /** How long ended sessions are stored if there are no `sessions`. At least the lifetime of an access token. Defaults to a day. */
  readonly endedSessionSeconds?: number;

  /**
   * Names of rooms. They are created, and every user may use them unless `authorize` decides otherwise. A `history` of your own must contain them
   * already.
   */
  readonly rooms?: readonly string[];
  /** Decides who may join, read and send. Defaults to allowing the rooms of `rooms`. */
  readonly authorize?: Authorize;
  /** Your own messages, see `defineProtocol`. Defaults to the rooms protocol. */
  readonly protocol?: P;

  /**
   * A client of `ioredis` for a server, Sentinel or a cluster. Then several nodes share tickets, messages between nodes, presence, connection
   * limits and ended sessions. The server opens two connections of its own with the same settings.
   */
  readonly redis?: Redis | RedisClusterClient;
  /** Prefix of all keys and channels in Redis, for several applications on one Redis. Defaults to `usher`. */
  readonly redisPrefix?: string;
  /**
   * A pool of `pg`. Then history, memberships and read markers are in PostgreSQL, in the schema `usher`, and other programs can publish with
   * `usher_publish`.
   */
  readonly postgres?: Pool;
  /** Whether to create missing tables at the start. Defaults to `true`. With `false`, see `roomTables` of `@usher/realtime/postgres`. */
  readonly createTables?: boolean;

  /** The ticket store. Replaces the default, as all ports below. */
  readonly store?: TicketStore;
  readonly history?: History;
  readonly memberships?: Memberships;
  readonly readMarkers?: ReadMarkers;
  readonly bus?: Bus;
  readonly cluster?: Cluster;
  readonly presence?: Presence;
  readonly connectionCounts?: ConnectionCounts;

  readonly limits?: UsherLimits;
  /** Unused slots that one user may hold on this node. Defaults to twice `limits.connectionsPerUser`, at least 10. */
  readonly slotsPerUser?: number;
  /** Path of the WebSocket endpoint. Defaults to `/api/ws`. */
  readonly endpoint?: string;
  /** Path of the ticket call. Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string;
  /** Lifetime of a ticket. Defaults to 30. */
  readonly ticketSeconds?: number;
  /** How long a connection stays open without renewal. Defaults to 1,800. */
  readonly leaseSeconds?: number;
  /** Time limit of `close`, which closes the connections first. Defaults to 8. */
  readonly drainSeconds?: number;
  /** Which proxies may name the client in `X-Forwarded-For`. Defaults to none. */
  readonly trustProxy?: TrustProxy;
  /** Returns the client's address. Replaces `trustProxy`. */
  readonly address?: (request: IncomingMessage) => string | undefined;
  /** Called with each TCP connection before its data is read. Return `false` to close it. Defaults to accepting all. */
  readonly acceptConnection?: (socket: Socket) => boolean;
  /** Headers of every response to a ticket call, such as security headers. Defaults to none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Accepts access tokens in the URL until a date, while clients are migrated to tickets. Defaults to tickets only. */
  readonly acceptTokens?: AcceptTokens;

  /** Defaults to the console, for warnings and errors only. */
  readonly log?: Logger;
  /** The setting that the warning about a rejected origin mentions. Defaults to `allowedOrigins`. */
  readonly originSetting?: string;
  readonly hooks?: UsherHooks;
  /** Traces tickets, handshakes, requests and messages: `openTelemetryTracing` of `@usher/server/opentelemetry`. Defaults to no traces. */
  readonly tracing?: TicketTracing & RealtimeTracing;
  /** Further options of `createConnections`, such as `heartbeatMs`, `observer` and `costs`. */
  readonly connectionsOptions?: Partial<Omit<ConnectionsOptions<P>, 'codec' | 'limits' | 'renew' | 'log' | 'leaseMs'>>;
  /** Further options of `createRooms`, such as `presenceGraceMs`, `joinCreatesMembership` and `observer`. */
  readonly roomsOptions?: Partial<
    Omit<
      RoomsOptions,
      | 'connections'
      | 'history'
      | 'bus'
      | 'cluster'
      | 'presence'
      | 'memberships'
      | 'readMarkers'
      | 'authorize'
      | 'revalidate'
      | 'log'
    >
  >;
}
