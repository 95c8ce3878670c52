/** `ws` that lets everybody in and wants a JWT as the first message: what is done most often where a browser can set no header. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { WebSocket, WebSocketServer } from 'ws';
import { listen, secret } from './announce.mjs';
import { hear, welcome } from './talk.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();
const sockets = new WebSocketServer({ server });
const members = new Set();

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of members) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.once('message', (token) => {
    try {
      verify(token.toString());
    } catch {
      socket.close(4401, 'invalid token');
      return;
    }
    members.add(socket);
    socket.on('close', () => members.delete(socket));
    socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
    socket.send(welcome);
  });
});
listen(server);
