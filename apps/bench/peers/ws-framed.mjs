/**
 * Bare `ws` with the strongest plain broadcast: each message is framed once, and the frames of one event-loop turn reach each
 * member's socket in one write, past `ws`.
 */
import { createServer } from 'node:http';
import { Sender, WebSocketServer } from 'ws';
import { handleMessage, listen, welcome } from './shared.mjs';

const server = createServer();
const sockets = new WebSocketServer({ server, verifyClient: ({ req }) => req.url !== '/unauthenticated' });
/** The open TCP sockets of all members. */
const members = new Set();
let frames = [];

function broadcast(text) {
  if (frames.length === 0) setImmediate(flush);
  frames.push(...Sender.frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, rsv1: false }));
}

function flush() {
  const bytes = Buffer.concat(frames);
  frames = [];
  for (const member of members) member.write(bytes);
}

sockets.on('connection', (socket, { socket: member }) => {
  members.add(member);
  socket.on('close', () => members.delete(member));
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => handleMessage(data, (text) => socket.send(text), broadcast));
  socket.send(welcome);
});
listen(server);
