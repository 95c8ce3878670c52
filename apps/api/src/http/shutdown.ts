import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Deadline } from '../deadline.ts';
import { onEveryServer } from './every-server.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Ends all connections: drains the WebSockets, lets requests in flight be answered, and destroys what is left at the deadline.
     * The port stays open meanwhile. Resolves at the deadline or earlier.
     *
     * To be called before `close`. That does the same by itself, but Fastify throws when a `preClose` hook takes longer than
     * `pluginTimeout`.
     */
    shutDown(): Promise<void>;
  }
}

export interface ShutdownOptions {
  /** `app.drain` starts it. */
  readonly deadline: Deadline;
}

/** How often connections that have become idle are closed while requests are still being answered. */
const sweepMs = 50;
/** A connection on which no request head was complete in so many sweeps is closed: after half a second to a second. */
const sweepsWithoutRequest = 10;

/**
 * Bounds the time that open connections can delay the end of the process. `server.close()` alone does not: it closes idle connections
 * once and stops the timers that enforce `headersTimeout` and `requestTimeout`, so one that is silent, half sent or not read stays.
 *
 * It works on raw sockets. `closeAllConnections()` does not know upgraded ones, for which `server.close()` waits as well, and
 * `closeIdleConnections()` takes a connection for idle whose complete answer still waits to be written (Node 24.21).
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
  if (cut > 0) app.log.warn({ cut, unanswered, silent }, 'connections that did not end within DRAIN_SECONDS were cut');
  else if (silent > 0) app.log.info({ silent }, 'connections without a complete request were closed');
}

interface Ended {
  /** Connections that were closed before the deadline because no request was complete on them. */
  readonly silent: number;
  /** Connections that were destroyed at the deadline. */
  readonly cut: number;
  /** How many of those had a request without a complete answer. */
  readonly unanswered: number;
}

/** Every network connection of some servers, HTTP and upgraded alike. */
class OpenConnections {
  readonly #deadline: Deadline;
  readonly #sockets = new Set<Socket>();
  /** The newest response of each connection that owes one. Answers leave in order, so when it is complete all are. */
  readonly #newest = new Map<Socket, ServerResponse>();
  #ending = false;
  #onEmpty: () => void = () => undefined;

  constructor(deadline: Deadline) {
    this.#deadline = deadline;
  }

  watch(server: Server): void {
    // One function for all sockets and one for all responses: a closure for each would cost memory on every connection.
    const gone = (socket: Socket): void => {
      this.#sockets.delete(socket);
      this.#newest.delete(socket);
      if (this.#sockets.size === 0) this.#onEmpty();
    };
    function onClose(this: Socket): void {
      gone(this);
    }
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
    // Before Fastify's own listener: a response may be complete when that returns.
    server.prependListener('request', (request, response) => {
      newest.set(request.socket, response);
      response.on('close', onAnswered);
      if (this.#deadline.started) response.setHeader('connection', 'close');
    });
  }

  /** Lets the last answer that each connection waits for say that the connection closes after it. */
  announceClose(): void {
    for (const response of this.#newest.values()) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  /** Waits until all connections have ended, and destroys what is left at the deadline. From then on new ones are destroyed. */
  async end(): Promise<Ended> {
    let sweeps = 0;
    let closed = 0;
    let withoutRequest = new Set<Socket>();
    const sweep = (): void => {
      const checkSilent = ++sweeps % sweepsWithoutRequest === 0;
      const silent = new Set<Socket>();
      for (const socket of this.#sockets) {
        if (this.#newest.has(socket) || socket.writableLength > 0) continue;
        // It was answered before, so it is an idle keep-alive connection.
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
    // WebSockets that the drain has just cut are still listed here until their `close` event.
    const left = [...this.#sockets].filter((socket) => !socket.destroyed);
    const unanswered = left.filter((socket) => this.#newest.has(socket)).length;
    for (const socket of left) socket.destroy();
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
