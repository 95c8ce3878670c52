import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { listen } from './start-server.ts';

/** What a proxy does wrong. Without any of these it forwards requests and upgrades without changes. */
export interface Fault {
  /** Handles a request instead of the server if it returns `true`. */
  readonly respond?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly url?: (url: string) => string;
  readonly requestHeaders?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders;
  readonly responseHeaders?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders;
  /** Sends the upgrade as a plain request. */
  readonly dropsUpgrade?: boolean;
  /** Handles an upgrade instead of the server. */
  readonly respondToUpgrade?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Never responds to an upgrade. */
  readonly ignoresUpgrade?: boolean;
  /** Receives the two ends of an upgraded connection. Defaults to connecting them. */
  readonly connect?: (client: Duplex, upstream: Duplex) => void;
  /** Called with the raw URL of each request and upgrade. */
  readonly log?: (url: string) => void;
}

/** Starts a proxy with one fault in front of a port. It is closed when the test finishes. Resolves to its URL. */
export async function startProxy(upstreamPort: number, fault: Fault): Promise<URL> {
  const sockets = new Set<Duplex>();
  const forward = (request: IncomingMessage, headers: OutgoingHttpHeaders): http.ClientRequest => {
    const url = request.url ?? '/';
    fault.log?.(url);
    const sent = http.request({
      host: '127.0.0.1',
      port: upstreamPort,
      method: request.method,
      path: fault.url?.(url) ?? url,
      headers: fault.requestHeaders?.(headers) ?? headers,
      agent: false,
    });
    sent.on('error', () => request.socket.destroy());
    return sent;
  };
  const server = http.createServer((request, response) => {
    if (fault.respond?.(request, response) === true) return;
    const sent = forward(request, request.headers);
    sent.on('response', (upstreamResponse) => {
      response.writeHead(
        upstreamResponse.statusCode ?? 502,
        fault.responseHeaders?.(upstreamResponse.headers) ?? upstreamResponse.headers,
      );
      upstreamResponse.pipe(response);
    });
    request.pipe(sent);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.on('upgrade', (request, client) => {
    if (fault.ignoresUpgrade === true) return;
    if (fault.respondToUpgrade !== undefined) {
      const response = new http.ServerResponse(request);
      response.assignSocket(request.socket);
      fault.respondToUpgrade(request, response);
      return;
    }
    const { upgrade, connection, ...plain } = request.headers;
    const sent = forward(request, fault.dropsUpgrade === true ? plain : { ...plain, upgrade, connection });
    sent.on('response', (upstreamResponse) => {
      client.write(headOf(upstreamResponse));
      upstreamResponse.pipe(client);
    });
    sent.on('upgrade', (upstreamResponse, upstream, head) => {
      sockets.add(upstream);
      upstream.on('error', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.write(headOf(upstreamResponse));
      upstream.unshift(head);
      if (fault.connect === undefined) client.pipe(upstream).pipe(client);
      else fault.connect(client, upstream);
    });
    sent.end();
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new URL(`http://127.0.0.1:${await listen(server)}`);
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ''}`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
