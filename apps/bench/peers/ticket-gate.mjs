/**
 * The plain ticket gate: Usher's two requests, written as plainly as possible on `node:http`. It issues tickets from a `Map`,
 * verifies each JWT once, and writes the 101 and the welcome message together. It has no sessions, limits, metrics or logs.
 */
import { hash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { Sender, WebSocket } from 'ws';
import { handleMessage, listen, refuse, secret, welcomeOf } from './shared.mjs';

const ticketPath = '/api/ws_ticket';
const socketPath = '/api/ws?ticket=';
const ticketTtlSeconds = 30;
// RFC 6455, section 1.3.
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** Verified tokens, with the user and the expiry in Unix seconds. */
const verified = new Map();
/** Unused tickets, with the user and the expiry in Unix seconds. The oldest is the first. */
const tickets = new Map();
const sockets = new Set();

function userOf(authorization = '') {
  const token = authorization.replace(/^Bearer /i, '');
  let payload = verified.get(token);
  if (payload === undefined) {
    payload = verify(token);
    verified.set(token, payload);
  } else if (payload.exp * 1_000 <= Date.now()) {
    verified.delete(token);
    throw new Error('expired token');
  }
  return payload.sub;
}

function issue(user) {
  const now = Math.floor(Date.now() / 1_000);
  for (const [ticket, { expires }] of tickets) {
    if (expires > now) break;
    tickets.delete(ticket);
  }
  const ticket = randomBytes(32).toString('base64url');
  const expires = now + ticketTtlSeconds;
  tickets.set(ticket, { user, expires });
  return JSON.stringify({ ticket, expires, connectAfterMs: 0 });
}

function consume(ticket) {
  const found = tickets.get(ticket);
  tickets.delete(ticket);
  return found !== undefined && found.expires * 1_000 > Date.now() ? found.user : undefined;
}

function textFrame(text) {
  return Buffer.concat(Sender.frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, rsv1: false }));
}

function broadcast(text) {
  const frame = textFrame(text);
  for (const socket of sockets) socket.write(frame);
}

const server = createServer((request, response) => {
  if (request.url !== ticketPath) {
    response.writeHead(404).end();
    return;
  }
  try {
    const body = issue(userOf(request.headers.authorization));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'cache-control': 'no-store',
    });
    response.end(body);
  } catch {
    response.writeHead(401, { 'content-length': 0 }).end();
  }
});

server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy());
  const { url, headers } = request;
  const user = url.startsWith(socketPath) ? consume(url.slice(socketPath.length)) : undefined;
  const key = headers['sec-websocket-key'];
  if (user === undefined || key === undefined || headers['sec-websocket-version'] !== '13') {
    refuse(request, socket);
    return;
  }
  const responseHead =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${hash('sha1', key + handshakeGuid, 'base64')}\r\nSec-WebSocket-Protocol: usher.v1\r\n\r\n`;
  socket.setTimeout(0);
  socket.setNoDelay();
  socket.write(Buffer.concat([Buffer.from(responseHead), textFrame(welcomeOf(user))]));
  // Only the handshake is written by this peer. `ws` reads the frames, as in the other peers.
  const connection = new WebSocket(null, undefined, {});
  connection.setSocket(socket, head, {
    allowSynchronousEvents: true,
    maxPayload: 65_536,
    skipUTF8Validation: false,
  });
  sockets.add(socket);
  connection.on('error', () => connection.terminate());
  connection.on('close', () => sockets.delete(socket));
  connection.on('message', (data) => handleMessage(data, (text) => connection.send(text), broadcast));
});
listen(server);
