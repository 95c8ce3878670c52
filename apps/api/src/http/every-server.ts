import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Published by Node when `listen` is called, before the port is bound (nodejs.org/api/diagnostics_channel.html, "TCP Socket"). */
const listenStarts = 'tracing:net.server.listen:asyncStart';

/**
 * Calls `found` with every HTTP server of the app before it listens: `app.server`, and the further servers that Fastify creates
 * for the other addresses of `localhost`. Those share the request listener of `app.server`; Fastify has no public access to them.
 */
export function onEveryServer(app: FastifyInstance, found: (server: Server) => void): void {
  const { server: main } = app;
  const known = new WeakSet<Server>([main]);
  const [fastifyListener] = main.listeners('request');
  const look = (message: unknown): void => {
    const server = typeof message === 'object' && message !== null && 'server' in message ? message.server : undefined;
    if (!isServer(server) || known.has(server)) return;
    if (fastifyListener === undefined || !server.listeners('request').includes(fastifyListener)) return;
    known.add(server);
    found(server);
  };
  const stop = (): void => {
    unsubscribe(listenStarts, look);
  };
  found(main);
  app.addHook('onReady', (next) => {
    subscribe(listenStarts, look);
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

/** `instanceof` alone leaves the type parameters of the class open. */
function isServer(value: unknown): value is Server {
  return value instanceof Server;
}
