import { IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Upgrades {
  /** Called with every request of whatever kind before anybody else can see it; what it returns goes to `upgrade`. */
  readonly before: (request: IncomingMessage) => string;
  /** Called with every upgrade of the server, in everybody else's stead. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, url: string) => void;
}

/**
 * Takes over every upgrade of a server, at the one place that no listener can get around: the emission of the event itself.
 * Whoever listened to `upgrade` before or begins to later never hears of one.
 *
 * Fastify's further servers (it opens one for each address of `localhost`) hand their upgrades to the main one, so they are
 * taken over with it.
 */
export function ownUpgrades(server: Server, { upgrade, before }: Upgrades): void {
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
  // Node emits `upgrade` only where somebody listens; otherwise the request would go to the router as a plain one.
  server.on('upgrade', () => undefined);
}
