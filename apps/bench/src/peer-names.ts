/** Those that take part, in the order in which they are shown. */
export const peerNames = [
  'http',
  'ws',
  'fastify-websocket',
  'first-message',
  'jwt-in-url',
  'address-agent',
  'socket-io',
  'bun',
  'usher',
] as const;
export type PeerName = (typeof peerNames)[number];

export const peerTitles: Readonly<Record<PeerName, string>> = {
  http: 'plain `http`, 401 to all',
  ws: 'bare `ws`',
  'fastify-websocket': '@fastify/websocket',
  'first-message': 'first-message JWT on `ws`',
  'jwt-in-url': 'JWT in the URL on `ws`',
  'address-agent': 'address and User-Agent on `ws`',
  'socket-io': 'Socket.IO, JWT, WebSocket only',
  bun: 'uWebSockets (in Bun)',
  usher: 'Usher',
};
