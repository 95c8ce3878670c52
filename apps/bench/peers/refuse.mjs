/** Says 401 to a handshake, and lets the stranger go. */
import { logAccess } from './access-log.mjs';

export function refuse(request, socket) {
  logAccess(request, 401);
  socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
