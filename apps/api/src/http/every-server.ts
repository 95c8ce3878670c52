import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Diagnostics channel of Node for `listen` calls, published before the port is bound (nodejs.org/api/diagnostics_channel.html, "TCP Socket"). */
const listenStarts = 'tracing:net.server.listen:asyncStart';

/**
 * Calls `found` with every HTTP server of the app before it listens: `app.server`, and the servers that Fastify creates for further
 * addresses of `localhost`. Fastify does not expose those; they are recognized by the shared request listener.
 */
export function onEveryServer(app: FastifyInstance, found: (server: Server) => void): void {
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
