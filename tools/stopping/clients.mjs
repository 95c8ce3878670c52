/** Clients that hold connections of every kind open. They write raw bytes, because HTTP libraries never leave a request half sent. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectSocket, signIn } from '../attacks/person.mjs';

const json = (path, body) =>
  `POST ${path} HTTP/1.1\r\nHost: usher\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A complete sign-in of a demo user. */
export const signInRequest = (user = 'maggie') => json('/api/auth', JSON.stringify({ user, pwd: 'secret' }));

/** Opens a TCP connection and writes `bytes`. It stays open until the server closes it, and reads nothing unless `reads`. */
export async function hold(port, bytes = '', { host = '127.0.0.1', reads = false } = {}) {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (!reads) socket.pause();
  if (bytes !== '') await send(socket, bytes);
  return socket;
}

/** Writes `bytes`. Resolves when the kernel has them. */
export function send(socket, bytes) {
  return new Promise((resolve) => socket.write(bytes, resolve));
}

/** Sends requests, and stops reading once the first bytes of the first response have arrived. */
export async function unread(port, requests) {
  const socket = await hold(port, requests, { reads: true });
  const closed = once(socket, 'close').then(() => {
    throw new Error('the server closed the connection before it responded');
  });
  await Promise.race([once(socket, 'data'), closed]);
  socket.pause();
}

/** Resolves to everything that the server sends until it closes the connection. */
export async function readAll(socket) {
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.resume();
  if (!socket.destroyed && !socket.readableEnded) await Promise.race([once(socket, 'end'), once(socket, 'close')]);
  socket.destroy();
  return text;
}

/** A keep-alive connection after one response. */
export async function keepAlive(port, options) {
  const socket = await hold(port, 'GET /api/health/live HTTP/1.1\r\nHost: usher\r\n\r\n', { ...options, reads: true });
  await once(socket, 'data');
  // Data that arrives from now on is read by `readAll`.
  socket.pause();
  return socket;
}

/** WebSockets that were accepted and read nothing from then on. Each of them joined `room`, if there is one. */
export async function pausedWebSockets({ url, port }, count, room) {
  const token = await signIn(url, 'bart');
  const sockets = [];
  for (let n = 0; n < count; n++) {
    const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
    const { ticket } = await response.json();
    const socket = await hold(
      port,
      `GET /api/ws?ticket=${ticket} HTTP/1.1\r\nHost: usher\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: usher.v1\r\n\r\n',
      { reads: true },
    );
    const [head] = await once(socket, 'data');
    if (!String(head).startsWith('HTTP/1.1 101')) throw new Error(`the handshake failed: ${head}`);
    socket.pause();
    if (room !== undefined) socket.write(textFrame(JSON.stringify({ id: 1, type: 'join', room })));
    sockets.push(socket);
  }
  return sockets;
}

/** A text frame of a client (RFC 6455 §5.2), with a mask of zeros. */
function textFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new RangeError('the text must be at most 125 bytes');
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Fills the room `general` with 200 messages, 2.4 MB in all. Returns the token of the sender. */
export async function fillRoom(url) {
  const token = await signIn(url, 'maggie');
  const member = await connectSocket(url, token);
  await member.request({ type: 'join', room: 'general' });
  const text = '漢'.repeat(4_000);
  const send = () => member.request({ type: 'send', room: 'general', key: crypto.randomUUID(), text });
  for (let n = 0; n < 200; n += 20) await Promise.all(Array.from({ length: 20 }, send));
  await member.close();
  return token;
}
