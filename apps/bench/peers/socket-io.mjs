/** Socket.IO with a JWT in `auth`, as in its documentation, over WebSocket only. With `ADAPTER` and `REDIS_URL` it is one of several nodes. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { listen, secret } from './shared.mjs';

// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();

/** The adapters as in their documentation, with default options. */
async function adapterOptions() {
  const { ADAPTER, REDIS_URL } = process.env;
  if (ADAPTER === undefined) return {};
  const client = createClient({ url: REDIS_URL });
  await client.connect();
  if (ADAPTER === 'redis-streams') {
    const { createAdapter } = await import('@socket.io/redis-streams-adapter');
    return { adapter: createAdapter(client) };
  }
  const { createAdapter } = await import('@socket.io/redis-adapter');
  const subscriber = client.duplicate();
  await subscriber.connect();
  return { adapter: createAdapter(client, subscriber) };
}

const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  // Heartbeats are off in all peers, because the load does not reply to them.
  pingInterval: 3_600_000,
  ...(await adapterOptions()),
});

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
