/** Socket.IO with a JWT in `auth`, as in its documentation, over WebSocket only. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { Server } from 'socket.io';
import { listen, secret } from './shared.mjs';

// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();
// Heartbeats are off in all peers, because the load does not answer them.
const io = new Server(server, { transports: ['websocket'], serveClient: false, pingInterval: 3_600_000 });

io.use((socket, next) => {
  try {
    verify(socket.handshake.auth.token);
    next();
  } catch {
    next(new Error('invalid token'));
  }
});
io.on('connection', (socket) => {
  void socket.join('general');
  socket.on('ping', (reply) => reply());
  socket.on('send', (text) => io.to('general').emit('message', text));
});
listen(server);
