/** `ws` that accepts every connection and requires a JWT as the first message, the usual method because browsers cannot set headers. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { WebSocket, WebSocketServer } from 'ws';
import { handleMessage, listen, logAccess, secret, welcomeOf } from './shared.mjs';

// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** How long a connection may stay unauthenticated. The default of graphql-ws is 3 s, that of Socket.IO 45 s. */
const authTimeoutMs = 10_000;
const server = createServer();
const sockets = new WebSocketServer({ server });
const members = new Set();

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of members) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

sockets.on('connection', (socket, request) => {
  logAccess(request, 101);
  const deadline = setTimeout(() => socket.close(4401, 'no token'), authTimeoutMs);
  socket.on('close', () => clearTimeout(deadline));
  socket.on('error', () => socket.terminate());
  socket.once('message', (token) => {
    clearTimeout(deadline);
    let user;
    try {
      user = verify(token.toString()).sub;
    } catch {
      socket.close(4401, 'invalid token');
      return;
    }
    members.add(socket);
    socket.on('close', () => members.delete(socket));
    socket.on('message', (data) => handleMessage(data, (text) => socket.send(text), broadcast));
    socket.send(welcomeOf(user));
  });
});
listen(server);
