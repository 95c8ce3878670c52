import jwt from '@fastify/jwt';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ticketGate, type HandshakeOutcome, type TicketGateOptions } from '../fastify.ts';
import { createMemoryTicketStore } from '../memory-ticket-store.ts';

export { exampleKey, handshakeBytes, type HandshakeResponse, sendHandshake } from './raw-handshake.ts';

export const allowedOrigin = 'https://chat.example';

export interface GateServer {
  readonly app: FastifyInstance;
  readonly port: number;
  readonly outcomes: HandshakeOutcome[];
  /** Returns all log lines of the server at level `trace`. */
  readonly log: () => string;
  /** Returns a signed access token for `maggie` with these additional claims and signing options. */
  token(claims?: Record<string, unknown>, options?: Record<string, unknown>): string;
  /** Requests a ticket over HTTP. Throws if the server does not issue one. */
  readonly ticket: () => Promise<string>;
}

export interface GateServerOptions extends Partial<TicketGateOptions> {
  /** Called before the gate is registered. */
  readonly before?: (app: FastifyInstance) => Promise<void> | void;
  /** Called after all routes are defined, before the server listens. */
  readonly after?: (app: FastifyInstance) => Promise<void> | void;
  readonly host?: string;
}

/**
 * Starts a real server on a free port. It has the gate, a WebSocket endpoint that sends `hello` and the route `/plain`.
 * The server is closed when the test finishes.
 */
export async function startGateServer({
  before,
  after,
  host = '127.0.0.1',
  ...options
}: GateServerOptions = {}): Promise<GateServer> {
  const lines: string[] = [];
  const outcomes: HandshakeOutcome[] = [];
  // Fastify's request log is enabled because it prints URLs.
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => lines.push(line) } } });
  onTestFinished(() => app.close());
  await app.register(jwt, { secret: 'a secret of at least thirty-two bytes, for tests' });
  await before?.(app);
  await app.register(ticketGate, {
    store: createMemoryTicketStore(),
    allowedOrigins: [allowedOrigin],
    onHandshake: (outcome) => outcomes.push(outcome),
    ...options,
  });
  await app.register(websocket, { options: { server: app.gate.server as unknown as FastifyInstance['server'] } });
  app.get('/api/ws', { websocket: true }, (socket) => {
    socket.send('hello');
  });
  app.get('/plain', () => 'plain');
  await after?.(app);
  await app.listen({ host, port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const server: GateServer = {
    app,
    port,
    outcomes,
    log: () => lines.join(''),
    token: (claims = {}, sign = {}) =>
      app.jwt.sign({ sub: 'maggie', sid: 'session-1', ...claims }, { expiresIn: '15m', ...sign }),
    async ticket() {
      const response = await app.inject({
        url: '/api/ws_ticket',
        headers: { authorization: `Bearer ${server.token()}` },
      });
      if (response.statusCode !== 200) throw new Error(`no ticket issued: ${response.body}`);
      return response.json<{ ticket: string }>().ticket;
    },
  };
  return server;
}
