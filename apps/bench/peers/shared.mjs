/** Setup, access log and protocol shared by all peers, so that none has an advantage. */

/** The listen backlog. With Node's default of 511, a burst of connections would wait for the kernel instead of the server. */
export const backlog = 4096;

/** The key that signs the JWTs of the peers that authenticate with one. */
export const secret = process.env.JWT_SECRET ?? '';

const logsAccess = process.env.ACCESS_LOG === 'on';

/** Sends the peer's URL to the bench, and exits when the bench disconnects. */
export function announce(port) {
  process.once('disconnect', () => process.exit());
  process.send({ type: 'ready', url: `http://127.0.0.1:${port}` });
}

/** Listens on an ephemeral loopback port. */
export function listen(server) {
  server.listen({ host: '127.0.0.1', port: 0, backlog }, () => announce(server.address().port));
}

/**
 * Writes an access log in the combined format, the default of Apache and nginx. Its request line contains the whole URL.
 * Logs to standard output if `ACCESS_LOG` is `on`.
 */
export function logAccess({ socket, method, url, httpVersion, headers }, status) {
  if (!logsAccess) return;
  const { referer = '-', 'user-agent': agent = '-' } = headers;
  const at = new Date().toISOString();
  process.stdout.write(
    `${socket.remoteAddress} - - [${at}] "${method} ${url} HTTP/${httpVersion}" ${status} - "${referer}" "${agent}"\n`,
  );
}

/** Rejects a handshake with 401 and closes the socket. */
export function refuse(request, socket) {
  logAccess(request, 401);
  socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** The first message of the minimal JSON protocol, which all peers use that do not define their own. */
export const welcome = JSON.stringify({ type: 'welcome' });

/** The welcome message of peers that authenticate users. */
export function welcomeOf(user) {
  return JSON.stringify({ type: 'welcome', user });
}

/** Replies to a `ping` and broadcasts a `send`. The message is encoded once for all recipients. */
export function handleMessage(text, reply, broadcast) {
  const message = JSON.parse(text);
  if (message.type === 'ping') reply(JSON.stringify({ type: 'reply', id: message.id }));
  else if (message.type === 'send') broadcast(JSON.stringify({ type: 'message', text: message.text }));
}
