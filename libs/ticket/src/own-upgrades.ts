import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Upgrades {
  /** Whether a request that asks for an upgrade is one; if not it goes on as a plain request (RFC 9110 §7.8 leaves that free). */
  readonly wanted: (request: IncomingMessage) => boolean;
  /** Called with every request of whatever kind before anybody else can see it; what it returns goes to `upgrade`. */
  readonly before: (request: IncomingMessage) => string;
  /** Called with every upgrade of the server, in everybody else's stead. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, url: string) => void;
}

/**
 * Takes over every upgrade of a server, at the one place that no listener can get around: the emission of the event itself.
 * Whoever listened to `upgrade` before or begins to later never hears of one.
 */
export function ownUpgrades(server: Server, { wanted, upgrade, before }: Upgrades): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...rest: unknown[]) => boolean;
  const guarded = (event: string | symbol, ...rest: unknown[]): boolean => {
    const [first, socket, head] = rest;
    if (first instanceof IncomingMessage) {
      const url = before(first);
      if (event === 'upgrade') {
        upgrade(first, socket as Duplex, head as Buffer, url);
        return true;
      }
    }
    // The bytes that could not be parsed are a request with all its secrets; nobody needs them to answer 400.
    if (event === 'clientError' && first instanceof Error && 'rawPacket' in first) delete first.rawPacket;
    return emit(event, ...rest);
  };
  server.emit = guarded as typeof server.emit;
  // Asked by Node 24.9 and later before it emits anything; an app's own would see the URL with its ticket.
  Object.defineProperty(server, 'shouldUpgradeCallback', { value: wanted, configurable: true, writable: true });
  // Node emits `upgrade` only where somebody listens; otherwise it would hang up, or ask the router.
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

/** Of `http` and `https` alike: both have no other class in common. */
function isServer(value: unknown): value is Server {
  return value instanceof NetServer;
}
