import { WebSocket, WebSocketServer } from 'ws';
import { logAccess } from './access-log.mjs';
import { refuse } from './refuse.mjs';
import { hear, welcomeOf } from './talk.mjs';

/**
 * `ws` behind `server` that looks at a handshake before it accepts it: `userOf` says who comes, and refuses whoever it gives
 * nothing for, or throws at.
 */
export function guard(server, userOf) {
  const sockets = new WebSocketServer({ noServer: true });

  function broadcast(text) {
    const bytes = Buffer.from(text);
    for (const each of sockets.clients) if (each.readyState === WebSocket.OPEN) each.send(bytes, { binary: false });
  }

  server.on('upgrade', (request, raw, head) => {
    raw.on('error', () => raw.destroy());
    let user;
    try {
      user = userOf(request);
    } catch {
      // Refused like somebody whom nobody knows.
    }
    if (user === undefined) {
      refuse(request, raw);
      return;
    }
    logAccess(request, 101);
    sockets.handleUpgrade(request, raw, head, (socket) => {
      socket.on('error', () => socket.terminate());
      socket.on('message', (data) => hear(data, (text) => socket.send(text), broadcast));
      socket.send(welcomeOf(user));
    });
  });
}
