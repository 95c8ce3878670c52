/**
 * `ws` that knows people by where they come from: whoever has called the HTTP API with a JWT is remembered by address and User-Agent
 * until the JWT expires, and looked up before a handshake is accepted.
 */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { WebSocket, WebSocketServer } from 'ws';
import { logAccess } from './access-log.mjs';
import { listen, secret } from './announce.mjs';
import { refuse } from './refuse.mjs';
import { hear, welcomeOf } from './talk.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** Who called last from an address with an agent, and until when that counts. */
const callers = new Map();
const server = createServer(call);
const sockets = new WebSocketServer({ noServer: true });

function placeOf({ socket, headers }) {
  return `${socket.remoteAddress} ${headers['user-agent'] ?? ''}`;
}

function call(request, response) {
  let status = 200;
  try {
    const { sub: user, exp } = verify((request.headers.authorization ?? '').replace(/^Bearer /i, ''));
    callers.set(placeOf(request), { user, until: exp * 1_000 });
  } catch {
    status = 401;
  }
  logAccess(request, status);
  response.writeHead(status).end();
}

function callerAt(place) {
  const caller = callers.get(place);
  if (caller === undefined || caller.until > Date.now()) return caller;
  callers.delete(place);
  return undefined;
}

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of sockets.clients) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

server.on('upgrade', (request, raw, head) => {
  raw.on('error', () => raw.destroy());
  const caller = callerAt(placeOf(request));
  if (caller === undefined) {
    refuse(request, raw);
    return;
  }
  logAccess(request, 101);
  sockets.handleUpgrade(request, raw, head, (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
    socket.send(welcomeOf(caller.user));
  });
});
listen(server);
