/** Bare `ws` as in its README: accepts every connection and broadcasts in a loop. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { handleMessage, listen, welcome } from './shared.mjs';

const server = createServer();
// Rejects one path, for the measurements of rejected handshakes.
const sockets = new WebSocketServer({ server, verifyClient: ({ req }) => req.url !== '/unauthenticated' });

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of sockets.clients) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => handleMessage(data, (text) => socket.send(text), broadcast));
  socket.send(welcome);
});
listen(server);
