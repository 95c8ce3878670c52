import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { toOriginForm } from './handshake.ts';
import type { RequestQueue } from './request-queue.ts';

export interface Upgrades {
  /** Whether to accept a new TCP connection. A refused connection is closed before HTTP sees it. */
  readonly accept: (socket: Socket) => boolean;
  /** Holds requests and upgrades back until the requests before them on the same connection are answered. */
  readonly queue: RequestQueue;
  /** Whether a request that asks for an upgrade is treated as one. If not, it is handled as a plain request (RFC 9110 §7.8 allows that). */
  readonly wanted: (request: IncomingMessage) => boolean;
  /** Called with every request of any kind before other code sees it. Its return value is passed to `upgrade`. */
  readonly before: (request: IncomingMessage) => string;
  /** Called with every upgrade of the server, instead of its listeners. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, url: string) => void;
}

/**
 * Takes over every upgrade of a server at the one place that no listener can bypass: the emission of the event itself.
 * Listeners for `upgrade`, added before or after, are never called.
 */
export function ownUpgrades(server: Server, { accept, queue, wanted, upgrade, before }: Upgrades): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...rest: unknown[]) => boolean;
  const guarded = (event: string | symbol, ...rest: unknown[]): boolean => {
    const [first, second, head] = rest;
    if (first instanceof IncomingMessage) {
      // Node goes on to parse what it has read before the connection was destroyed.
      if (first.socket.destroyed && event !== 'upgrade') return true;
      toOriginForm(first);
      const url = before(first);
      if (event === 'upgrade') {
        const socket = second as Duplex;
        queue.afterAnswers(socket, () => {
          upgrade(first, socket, head as Buffer, url);
        });
        return true;
      }
      if (isResponse(second)) {
        queue.add(first, second, () => {
          emit(event, ...rest);
        });
        return true;
      }
    }
    if (event === 'connection' && !accept(first as Socket)) {
      (first as Socket).destroy();
      return true;
    }
    if (event === 'clientError' && first instanceof Error) {
      // The bytes that could not be parsed are a request with all its secrets. Answering 400 does not need them.
      if ('rawPacket' in first) delete first.rawPacket;
      const socket = second as Duplex;
      // Otherwise the 400 would be read as the answer to the request before it.
      if (socket.writable && queue.isAnswering(socket)) {
        queue.afterAnswers(socket, () => {
          emit(event, ...rest);
        });
        return true;
      }
    }
    return emit(event, ...rest);
  };
  server.emit = guarded as typeof server.emit;
  // Node 24.9 and later call it before they emit anything. An app's own callback would see the URL with its ticket.
  Object.defineProperty(server, 'shouldUpgradeCallback', { value: wanted, configurable: true, writable: true });
  // Node emits `upgrade` only if there is a listener. Otherwise it would destroy the socket, or handle the request as a plain one.
  server.on('upgrade', () => undefined);
}

/**
 * Calls `found` with each further server that answers with the same request listener as `server`, before it listens: Fastify
 * makes one for each address of `localhost` beyond the first and shows them to nobody. Upgrades they hand to the main one, but
 * plain requests they answer themselves.
 *
 * @returns a function that ends the watch.
 */
export function watchSiblings(server: Server, found: (sibling: Server) => void): () => void {
  const known = new WeakSet<object>([server]);
  const look = (message: unknown): void => {
    const other = typeof message === 'object' && message !== null && 'server' in message ? message.server : undefined;
    if (!isServer(other) || known.has(other)) return;
    const ours = server.listeners('request');
    if (!other.listeners('request').some((listener) => ours.includes(listener))) return;
    known.add(other);
    found(other);
  };
  subscribe(listenBegins, look);
  return () => {
    unsubscribe(listenBegins, look);
  };
}

/** Published by Node when `listen` is called, before the port is bound (nodejs.org/api/diagnostics_channel.html, "TCP Socket"). */
const listenBegins = 'tracing:net.server.listen:asyncStart';

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse;
}

/** Of `http` and `https` alike: both have no other class in common. */
function isServer(value: unknown): value is Server {
  return value instanceof NetServer;
}
