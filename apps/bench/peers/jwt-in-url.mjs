/** `ws` with a JWT in the URL, verified before the handshake is accepted. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { WebSocket, WebSocketServer } from 'ws';
import { logAccess } from './access-log.mjs';
import { listen, secret } from './announce.mjs';
import { refuse } from './refuse.mjs';
import { hear, welcomeOf } from './talk.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();
const sockets = new WebSocketServer({ noServer: true });

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of sockets.clients) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

server.on('upgrade', (request, raw, head) => {
  raw.on('error', () => raw.destroy());
  let user;
  try {
    user = verify(new URL(request.url, 'http://localhost').searchParams.get('token') ?? '').sub;
  } catch {
    refuse(request, raw);
    return;
  }
  logAccess(request, 101);
  sockets.handleUpgrade(request, raw, head, (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
    socket.send(welcomeOf(user));
  });
});
listen(server);
