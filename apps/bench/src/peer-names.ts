/** The names of all peers, in the order of the reports. */
export const peerNames = [
  'http',
  'ws',
  'ws-framed',
  'fastify-websocket',
  'first-message',
  'jwt-in-url',
  'address-agent',
  'ticket-gate',
  'socket-io',
  'bun',
  'usher',
] as const;
export type PeerName = (typeof peerNames)[number];

export const peerTitles: Readonly<Record<PeerName, string>> = {
  http: 'plain `http`, 401 to all',
  ws: 'bare `ws`',
  'ws-framed': 'framed once, gathered writes on `ws`',
  'fastify-websocket': '@fastify/websocket',
  'first-message': 'first-message JWT on `ws`',
  'jwt-in-url': 'JWT in the URL on `ws`',
  'address-agent': 'address and User-Agent on `ws`',
  'ticket-gate': 'plain ticket gate',
  'socket-io': 'Socket.IO, JWT, WebSocket only',
  bun: 'uWebSockets (in Bun)',
  usher: 'Usher',
};
