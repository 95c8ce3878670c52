/** Rejects a handshake with 401 and closes the socket. */
import { logAccess } from './access-log.mjs';

export function refuse(request, socket) {
  logAccess(request, 401);
  socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
