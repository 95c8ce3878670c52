import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limitedWarnings, proxyTrust } from '@usher/server';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import type { Metrics } from './metrics.ts';
import { isLoopback, networkOf } from './network.ts';

/** Timeouts of HTTP connections, in milliseconds. */
export interface HttpTimeouts {
  /** From the start of a connection or request to the end of the headers. Causes 408. */
  readonly headersMs: number;
  /** From the start of a connection or request to the end of the body. Causes 408. */
  readonly requestMs: number;
  /** Without progress in either direction, for example if the client does not read the response. Destroys the connection. */
  readonly stallMs: number;
  /** Interval of the checks of `headersMs` and `requestMs`. */
  readonly checkMs: number;
}

export const defaultTimeouts: HttpTimeouts = { headersMs: 15_000, requestMs: 30_000, stallMs: 40_000, checkMs: 1_000 };

/**
 * Converts the timeouts to Fastify options. Idle keep-alive connections have Fastify's default `keepAliveTimeout` of 72 seconds, which is
 * longer than the 60 seconds of nginx.
 */
export function serverOptions({ headersMs, requestMs, stallMs, checkMs }: HttpTimeouts): {
  requestTimeout: number;
  connectionTimeout: number;
  http: { headersTimeout: number; connectionsCheckingInterval: number };
} {
  return {
    requestTimeout: requestMs,
    connectionTimeout: stallMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  };
}

export interface ConnectionLimitsOptions {
  /** Maximum TCP connections, including WebSockets. */
  readonly total: number;
  /** Maximum connections from one network (see `networkOf`). 0: no limit. */
  readonly perNetwork: number;
  /** The limit on open files of the process. */
  readonly openFiles: number;
  /** Whether a peer may represent many clients: a trusted proxy or a local process. The limit per network does not apply to it. */
  readonly isShared: (address: string) => boolean;
  /** Closes idle connections. Called near a limit, at most once per second. */
  readonly makeRoom: () => void;
  readonly onRefused: (reason: 'total' | 'network', address: string) => void;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/** File descriptors reserved for the database, the log, listening sockets and outgoing calls. */
const reservedFiles = 100;
/** An HTTP connection may use a static file in addition to its socket. A WebSocket uses only its socket. */
const filesOfHttp = 2;
const filesOfWebSocket = 1;

const makeRoomEveryMs = 1_000;
/** Share of a limit above which idle connections are closed. */
const highWaterMark = 0.9;

interface Connection {
  readonly network: string | undefined;
  files: number;
}

/**
 * Limits the TCP connections of the server: in total, per network, and by available file descriptors. A connection above a limit is closed
 * before any HTTP processing.
 */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #now: () => number;
  readonly #maxFiles: number;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #networks = new Map<string, number>();
  #files = 0;
  #roomMadeAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#maxFiles = Math.max(filesOfHttp, options.openFiles - reservedFiles);
  }

  /** Maximum WebSockets under the limit on open files, with a reserve for HTTP connections. */
  get maxWebSockets(): number {
    return Math.floor((this.#maxFiles * highWaterMark) / filesOfWebSocket);
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Counts a connection until it closes. Returns `false` if it exceeds a limit. */
  accept(socket: Socket): boolean {
    const { total, perNetwork, isShared, onRefused } = this.#options;
    const address = socket.remoteAddress;
    // The connection is already closed.
    if (address === undefined) return false;
    if (this.size + 1 > total * highWaterMark || this.#files + filesOfHttp > this.#maxFiles * highWaterMark)
      this.#makeRoom();
    if (this.size + 1 > total || this.#files + filesOfHttp > this.#maxFiles) {
      onRefused('total', address);
      return false;
    }
    const network = perNetwork === 0 || isShared(address) ? undefined : networkOf(address);
    const open = network === undefined ? 0 : (this.#networks.get(network) ?? 0);
    if (network !== undefined && open >= perNetwork) {
      onRefused('network', address);
      return false;
    }
    if (network !== undefined) this.#networks.set(network, open + 1);
    this.#files += filesOfHttp;
    this.#connections.set(socket, { network, files: filesOfHttp });
    socket.once('close', () => {
      this.#closed(socket);
    });
    return true;
  }

  /** Call when a connection is upgraded to a WebSocket. */
  upgraded(socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    this.#files += filesOfWebSocket - connection.files;
    connection.files = filesOfWebSocket;
  }

  #closed(socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    this.#connections.delete(socket);
    this.#files -= connection.files;
    const { network } = connection;
    if (network === undefined) return;
    const open = (this.#networks.get(network) ?? 1) - 1;
    if (open === 0) this.#networks.delete(network);
    else this.#networks.set(network, open);
  }

  #makeRoom(): void {
    const now = this.#now();
    if (now - this.#roomMadeAt < makeRoomEveryMs) return;
    this.#roomMadeAt = now;
    this.#options.makeRoom();
  }
}

/** The soft limit of `ulimit -n`. Infinite if there is none or Node does not report it. */
export function openFileLimit(): number {
  const report = process.report.getReport() as { readonly userLimits?: { readonly open_files?: { soft?: unknown } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}

/** Creates the connection limits of the app. Counts rejected connections and logs the setting to change. */
export function createConnectionLimits(
  app: FastifyInstance,
  { maxConnections, maxConnectionsPerAddress, trustProxy }: Config,
  { metrics, openFiles }: { readonly metrics: Metrics; readonly openFiles: number },
): ConnectionLimits {
  const trust = proxyTrust(trustProxy);
  const warn = limitedWarnings(app.log);
  const limits = new ConnectionLimits({
    // A client may have an HTTP connection in addition to its WebSocket.
    total: 2 * maxConnections + 1_000,
    perNetwork: maxConnectionsPerAddress,
    openFiles,
    isShared: (address) => isLoopback(address) || trust(address, 0),
    makeRoom: () => {
      app.server.closeIdleConnections();
    },
    onRefused(reason, address) {
      metrics.refusedConnections.inc({ reason });
      const connections = limits.size;
      if (reason === 'total') {
        warn(
          reason,
          { connections, openFiles },
          'connection refused: limit of MAX_CONNECTIONS or of open files reached',
        );
      } else {
        warn(
          networkOf(address),
          { address, connections },
          'connection refused: MAX_CONNECTIONS_PER_ADDRESS reached; if this is the address of a proxy, add it to TRUST_PROXY',
        );
      }
    },
  });
  if (limits.maxWebSockets < maxConnections) {
    app.log.info(
      { openFiles, connections: limits.maxWebSockets },
      'the limit on open files (ulimit -n) is too low for MAX_CONNECTIONS: accepting fewer connections',
    );
  }
  return limits;
}
