/** Bare `ws`, as its README has it: lets everybody in, and broadcasts one by one. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from './announce.mjs';
import { hear, welcome } from './talk.mjs';

const server = createServer();
// Its one way to refuse, for the measurements of refusals.
const sockets = new WebSocketServer({ server, verifyClient: ({ req }) => req.url !== '/stranger' });

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of sockets.clients) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
}

sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
  socket.send(welcome);
});
listen(server);
