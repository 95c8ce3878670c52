import jwt from '@fastify/jwt';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { ticketGate, type HandshakeOutcome, type TicketGateOptions } from '../fastify.ts';
import { createMemoryTicketStore } from '../memory-ticket-store.ts';

export const allowedOrigin = 'https://chat.example';
/** The example key of RFC 6455 §1.3. */
export const exampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';

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

export interface HandshakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The complete response as received. */
  readonly raw: string;
}

export interface HandshakeParts {
  readonly method?: string;
  readonly version?: string;
  /** Headers that replace those of a valid handshake. `undefined` omits a header, an array sends it several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Returns the request text of a handshake. */
export function handshakeBytes(
  port: number,
  target: string,
  { method = 'GET', version = '1.1', headers = {} }: HandshakeParts = {},
): string {
  const validHeaders = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': exampleKey,
  };
  const all: HandshakeParts['headers'] = { ...validHeaders, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : (value ?? [])).map((one) => `${name}: ${one}\r\n`),
  );
  return `${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`;
}

/** Sends one handshake over a plain socket. Resolves when the server closes the connection or responds with 101. */
export function sendHandshake(
  port: number,
  target: string,
  parts: HandshakeParts = {},
  address = '127.0.0.1',
): Promise<HandshakeResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    let raw = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      raw += text;
      if (raw.startsWith('HTTP/1.1 101') && raw.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(parse(raw));
    });
    socket.write(handshakeBytes(port, target, parts));
  });
}

function parse(raw: string): HandshakeResponse {
  const end = raw.indexOf('\r\n\r\n');
  const [status = '', ...lines] = raw.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(status.split(' ')[1]), headers, body: raw.slice(end + 4), raw };
}
