/** `ws` that lets everybody in and wants a JWT as the first message: what is done most often where a browser can set no header. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { WebSocket, WebSocketServer } from 'ws';
import { logAccess } from './access-log.mjs';
import { listen, secret } from './announce.mjs';
import { hear, welcomeOf } from './talk.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** How long a stranger may think: graphql-ws gives 3 s, Socket.IO 45 s. */
const patienceMs = 10_000;
const server = createServer();
const sockets = new WebSocketServer({ server });
const members = new Set();

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of members) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

sockets.on('connection', (socket, request) => {
  logAccess(request, 101);
  const deadline = setTimeout(() => socket.close(4401, 'no token'), patienceMs);
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
    socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
    socket.send(welcomeOf(user));
  });
});
listen(server);
