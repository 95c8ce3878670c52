/** uWebSockets, which is what carries `Bun.serve`: lets everybody in, and publishes to a topic. */
import { announce } from './announce.mjs';
import { hear, welcome } from './talk.mjs';

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, self) {
    const refused = request.url.endsWith('/stranger') || !self.upgrade(request);
    return refused ? new Response(null, { status: 401, headers: { connection: 'close' } }) : undefined;
  },
  websocket: {
    perMessageDeflate: false,
    // Heartbeats off, as everywhere in this bench: the load answers none.
    idleTimeout: 0,
    sendPings: false,
    open(socket) {
      socket.subscribe('general');
      socket.send(welcome);
    },
    message(socket, text) {
      hear(
        text,
        (answer) => socket.send(answer),
        (answer) => server.publish('general', answer),
      );
    },
  },
});
announce(server.port);
