/** `Bun.serve` (uWebSockets): accepts every connection and publishes to a topic. */
import { announce, handleMessage, welcome } from './shared.mjs';

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, self) {
    const refused = request.url.endsWith('/unauthenticated') || !self.upgrade(request);
    return refused ? new Response(null, { status: 401, headers: { connection: 'close' } }) : undefined;
  },
  websocket: {
    perMessageDeflate: false,
    // Heartbeats are off in all peers, because the load does not reply to them.
    idleTimeout: 0,
    sendPings: false,
    open(socket) {
      socket.subscribe('general');
      socket.send(welcome);
    },
    message(socket, text) {
      handleMessage(
        text,
        (frame) => socket.send(frame),
        (frame) => server.publish('general', frame),
      );
    },
  },
});
announce(server.port);
