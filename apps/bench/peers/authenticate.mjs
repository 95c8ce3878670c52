import { WebSocket, WebSocketServer } from 'ws';
import { handleMessage, logAccess, refuse, welcomeOf } from './shared.mjs';

/**
 * Attaches `ws` to `server` and authenticates each handshake before it is accepted. `userOf` returns the user of a request.
 * The handshake is rejected with 401 if it returns `undefined` or throws.
 */
export function authenticate(server, userOf) {
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
      // Rejected below, like an unknown user.
    }
    if (user === undefined) {
      refuse(request, raw);
      return;
    }
    logAccess(request, 101);
    sockets.handleUpgrade(request, raw, head, (socket) => {
      socket.on('error', () => socket.terminate());
      socket.on('message', (data) => handleMessage(data, (text) => socket.send(text), broadcast));
      socket.send(welcomeOf(user));
    });
  });
}
