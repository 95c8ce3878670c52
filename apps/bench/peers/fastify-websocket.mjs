/** `@fastify/websocket` as in its README: one route that accepts every connection, and one that rejects them in a hook. */
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { announce, backlog, handleMessage, welcome } from './shared.mjs';

const app = Fastify();
await app.register(websocket);

function broadcast(text) {
  const bytes = Buffer.from(text);
  for (const each of app.websocketServer.clients) if (each.readyState === 1) each.send(bytes, { binary: false });
}

app.get('/', { websocket: true }, (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => handleMessage(data, (text) => socket.send(text), broadcast));
  socket.send(welcome);
});
const refuse = async (_request, reply) => reply.code(401).send({ error: 'Unauthorized' });
app.get('/unauthenticated', { websocket: true, preValidation: refuse }, (socket) => socket.close());
await app.listen({ host: '127.0.0.1', port: 0, backlog });
announce(app.server.address().port);
