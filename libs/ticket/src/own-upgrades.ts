import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { toOriginForm } from './handshake.ts';
import type { RequestQueue } from './request-queue.ts';

export interface Upgrades {
  /** Whether to accept a new TCP connection. A refused connection is closed before HTTP sees it. */
  readonly accept: (socket: Socket) => boolean;
  /** Delays requests and upgrades until the responses to earlier requests on the same connection are sent. */
  readonly queue: RequestQueue;
  /** Whether a request that asks for an upgrade is treated as one. If not, the server ignores its `Upgrade` header (RFC 9110 §7.8). */
  readonly wanted: (request: IncomingMessage) => boolean;
  /** Called with every request and upgrade before other code reads it. Its return value is passed to `upgrade`. */
  readonly before: (request: IncomingMessage) => string;
  /** Called with every request before the server's listeners. Returns whether it handles the request. Defaults to handling none. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Called with every upgrade instead of the server's listeners. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, url: string) => void;
}

/**
 * Takes over all upgrades of a server. It replaces `server.emit`, which no listener can bypass: `upgrade` listeners are never called,
 * whether they are added before or after.
 */
export function ownUpgrades(
  server: Server,
  { accept, queue, wanted, upgrade, before, handle = () => false }: Upgrades,
): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...rest: unknown[]) => boolean;
  const guarded = (event: string | symbol, ...rest: unknown[]): boolean => {
    const [first, second, head] = rest;
    if (first instanceof IncomingMessage) {
      // Node parses data that it received before the connection was destroyed.
      if (first.socket.destroyed && event !== 'upgrade') return true;
      toOriginForm(first);
      const url = before(first);
      if (event === 'upgrade') {
        const socket = second as Duplex;
        queue.afterResponses(socket, () => {
          upgrade(first, socket, head as Buffer, url);
        });
        return true;
      }
      if (isResponse(second)) {
        queue.add(first, second, () => {
          if (event !== 'request' || !handle(first, second)) emit(event, ...rest);
        });
        return true;
      }
    }
    if (event === 'connection' && !accept(first as Socket)) {
      (first as Socket).destroy();
      return true;
    }
    if (event === 'clientError' && first instanceof Error) {
      // The raw bytes contain the secrets of the request. The 400 response does not need them.
      if ('rawPacket' in first) delete first.rawPacket;
      const socket = second as Duplex;
      // Otherwise the client would read the 400 as the response to its previous request.
      if (socket.writable && queue.isHandling(socket)) {
        queue.afterResponses(socket, () => {
          emit(event, ...rest);
        });
        return true;
      }
    }
    return emit(event, ...rest);
  };
  server.emit = guarded as typeof server.emit;
  // Node 24.9 and later call this before they emit an event. An app's own callback would see the URL with its ticket.
  Object.defineProperty(server, 'shouldUpgradeCallback', { value: wanted, configurable: true, writable: true });
  // Node emits `upgrade` only if there is a listener. Without one, it destroys the socket or handles a plain request.
  server.on('upgrade', () => undefined);
}

/**
 * Calls `found` with each other server that shares a request listener with `server`, before that server listens. Fastify creates such
 * a server for each further address of `localhost` and does not expose it. It forwards upgrades to the main server, but responds to plain
 * requests itself.
 *
 * @returns a function that stops the watch.
 */
export function watchSiblings(server: Server, found: (sibling: Server) => void): () => void {
  const known = new WeakSet<object>([server]);
  const onListen = (message: unknown): void => {
    const other = typeof message === 'object' && message !== null && 'server' in message ? message.server : undefined;
    if (!isServer(other) || known.has(other)) return;
    const ownListeners = server.listeners('request');
    if (!other.listeners('request').some((listener) => ownListeners.includes(listener))) return;
    known.add(other);
    found(other);
  };
  subscribe(listenStart, onListen);
  return () => {
    unsubscribe(listenStart, onListen);
  };
}

/** Published by Node when `listen` is called, before the port is bound (nodejs.org/api/diagnostics_channel.html, "TCP Socket"). */
const listenStart = 'tracing:net.server.listen:asyncStart';

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse;
}

/** Matches `http` and `https` servers, which have no other base class in common. */
function isServer(value: unknown): value is Server {
  return value instanceof NetServer;
}
