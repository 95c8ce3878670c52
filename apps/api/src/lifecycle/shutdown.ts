import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Deadline } from './timing.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Closes all connections: drains the WebSockets, finishes requests in flight, and destroys the rest at the deadline. The port stays
     * open meanwhile. Resolves at the deadline or earlier.
     *
     * Call before `close`. `close` does the same, but Fastify throws when a `preClose` hook takes longer than `pluginTimeout`.
     */
    shutDown(): Promise<void>;
  }
}

export interface ShutdownOptions {
  /** `shutDown` starts it. */
  readonly deadline: Deadline;
}

/** Interval in milliseconds at which idle connections are closed while requests are in flight. */
const sweepMs = 50;
/** Sweeps after which a connection without a complete request head is closed: 0.5 to 1 second. */
const sweepsWithoutRequest = 10;

/**
 * Limits how long open connections can delay the exit of the process. `server.close()` does not: it closes idle connections once and stops
 * the timers for `headersTimeout` and `requestTimeout`, so silent, incomplete or unread connections stay open.
 *
 * Works on raw sockets. `closeAllConnections()` does not include upgraded sockets, although `server.close()` waits for them, and
 * `closeIdleConnections()` also closes connections whose complete response is not fully written (Node 24.21).
 */
export const shutdown = fp<ShutdownOptions>(
  (app, { deadline }, done) => {
    const connections = new OpenConnections(deadline);
    onEveryServer(app, (server) => {
      connections.watch(server);
    });
    let shuttingDown: Promise<void> | undefined;
    app.decorate('shutDown', () => (shuttingDown ??= shutDown(app, connections, deadline)));
    app.addHook('preClose', () => app.shutDown());
    done();
  },
  { name: 'shutdown', fastify: '5.x', dependencies: ['socket'] },
);

async function shutDown(app: FastifyInstance, connections: OpenConnections, deadline: Deadline): Promise<void> {
  deadline.start();
  connections.announceClose();
  try {
    await app.drain();
  } catch (error) {
    app.log.error({ err: error }, 'draining failed');
  }
  const { silent, cut, unanswered } = await connections.end();
  if (cut > 0) app.log.warn({ cut, unanswered, silent }, 'connections still open after DRAIN_SECONDS were destroyed');
  else if (silent > 0) app.log.info({ silent }, 'connections without a complete request were closed');
}

interface Ended {
  /** Connections that were closed before the deadline because no request was complete on them. */
  readonly silent: number;
  /** Connections that were destroyed at the deadline. */
  readonly cut: number;
  /** How many of those had a request without a complete response. */
  readonly unanswered: number;
}

/** Tracks the HTTP and upgraded connections of servers. */
class OpenConnections {
  readonly #deadline: Deadline;
  readonly #servers = new Set<Server>();
  readonly #sockets = new Set<Socket>();
  /** The newest pending response of each connection. Responses are sent in order, so when it is complete, all are. */
  readonly #newest = new Map<Socket, ServerResponse>();
  #ending = false;
  #onEmpty: () => void = () => undefined;

  constructor(deadline: Deadline) {
    this.#deadline = deadline;
  }

  watch(server: Server): void {
    // Shared listeners: a closure per socket and response would cost memory for every connection.
    const gone = (socket: Socket): void => {
      this.#sockets.delete(socket);
      this.#newest.delete(socket);
      if (this.#sockets.size === 0) this.#onEmpty();
    };
    function onClose(this: Socket): void {
      gone(this);
    }
    this.#servers.add(server);
    const newest = this.#newest;
    function onAnswered(this: ServerResponse): void {
      const { socket } = this.req;
      if (newest.get(socket) === this) newest.delete(socket);
    }
    server.on('connection', (socket: Socket) => {
      if (this.#ending) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', onClose);
    });
    // Prepended, because a response may be complete when Fastify's listener returns.
    server.prependListener('request', (request, response) => {
      newest.set(request.socket, response);
      response.on('close', onAnswered);
      if (this.#deadline.started) response.setHeader('connection', 'close');
    });
  }

  /** Adds `Connection: close` to the pending responses. */
  announceClose(): void {
    for (const response of this.#newest.values()) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  /**
   * Waits until all connections are closed, and destroys the rest at the deadline. Then no port is open: a proxy repeats a request on another
   * node if this one refuses the connection, and returns 502 if it accepts the connection and closes it.
   */
  async end(): Promise<Ended> {
    let sweeps = 0;
    let closed = 0;
    let withoutRequest = new Set<Socket>();
    const sweep = (): void => {
      const checkSilent = ++sweeps % sweepsWithoutRequest === 0;
      const silent = new Set<Socket>();
      for (const socket of this.#sockets) {
        if (this.#newest.has(socket) || socket.writableLength > 0) continue;
        // A response was sent before, so this is an idle keep-alive connection.
        if (socket.bytesWritten > 0) socket.destroy();
        else if (checkSilent) silent.add(socket);
      }
      if (!checkSilent) return;
      for (const socket of silent) {
        if (!withoutRequest.has(socket)) continue;
        closed += 1;
        socket.destroy();
      }
      withoutRequest = silent;
    };
    sweep();
    await this.#emptyWithin(this.#deadline.leftMs, sweep);
    this.#ending = true;
    // Sockets that the drain has destroyed are listed until their `close` event.
    const left = [...this.#sockets].filter((socket) => !socket.destroyed);
    const unanswered = left.filter((socket) => this.#newest.has(socket)).length;
    for (const socket of left) socket.destroy();
    // After `left` is counted, because it closes idle connections.
    for (const server of this.#servers) server.close();
    return { silent: closed, cut: left.length, unanswered };
  }

  async #emptyWithin(ms: number, sweep: () => void): Promise<void> {
    if (this.#sockets.size === 0 || ms === 0) return;
    let interval: NodeJS.Timeout | undefined;
    let timeout: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      interval = setInterval(sweep, sweepMs);
      timeout = setTimeout(resolve, ms);
    });
    clearInterval(interval);
    clearTimeout(timeout);
  }
}

/** Diagnostics channel of Node for `listen` calls, published before the port is bound (nodejs.org/api/diagnostics_channel.html, "TCP Socket"). */
const listenStarts = 'tracing:net.server.listen:asyncStart';

/**
 * Calls `found` with every HTTP server of the app before it listens: `app.server`, and the servers that Fastify creates for further
 * addresses of `localhost`. Fastify does not expose those; they are recognized by the shared request listener.
 */
function onEveryServer(app: FastifyInstance, found: (server: Server) => void): void {
  const { server: main } = app;
  const known = new WeakSet<Server>([main]);
  const [fastifyListener] = main.listeners('request');
  const onListen = (message: unknown): void => {
    const server = typeof message === 'object' && message !== null && 'server' in message ? message.server : undefined;
    if (!isServer(server) || known.has(server)) return;
    if (fastifyListener === undefined || !server.listeners('request').includes(fastifyListener)) return;
    known.add(server);
    found(server);
  };
  const stop = (): void => {
    unsubscribe(listenStarts, onListen);
  };
  found(main);
  app.addHook('onReady', (next) => {
    subscribe(listenStarts, onListen);
    next();
  });
  app.addHook('onListen', (next) => {
    stop();
    next();
  });
  app.addHook('preClose', (next) => {
    stop();
    next();
  });
}

/** Narrows to the default type parameters, which `instanceof` does not. */
function isServer(value: unknown): value is Server {
  return value instanceof Server;
}
