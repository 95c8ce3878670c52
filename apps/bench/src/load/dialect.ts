import { randomUUID } from 'node:crypto';
import { isClusterPeer, type PeerName, type SinglePeer } from '../peers.ts';
import { clientFrame } from './frames.ts';

/** The kinds of server frames that the load distinguishes. */
export type Kind = 'welcome' | 'message' | 'reply' | 'refusal' | 'beat' | 'other';

/** The wire protocol of a peer. Functions return encoded frames. */
export interface Dialect {
  /** Whether each dial requires a ticket, which is passed to `path`. */
  readonly requiresTicket: boolean;
  readonly subprotocol?: string;
  /** The request path. Calls `token` only if the peer expects a token in the URL. */
  readonly path: (ticket: string, token: () => string) => string;
  /** The User-Agent, if the peer identifies users by it. Requires a prior HTTP call. */
  readonly agent?: string;
  /** The first frame after the handshake. */
  readonly hello?: (token: string) => Buffer;
  /** Classifies a frame by one or two bytes, because parsing JSON would make the load slower than the servers. */
  readonly kindOf: (bytes: Buffer, start: number) => Kind;
  /** Joins a room; the peer replies with a `reply`. Absent if the peer has only one room. */
  readonly join?: (room: string, after?: number) => Buffer;
  readonly publish: (text: string, room?: string) => Buffer;
  readonly ping: () => Buffer;
  /** A dial without valid credentials: its path, and the first frame for peers that authenticate after the handshake. */
  readonly unauthenticated: { readonly path: () => string; readonly hello?: Buffer };
}

/** Classifies by the first letter of `type`, the first field: `{"type":"m…`. */
function jsonKind(bytes: Buffer, start: number): Kind {
  switch (bytes[start + 9]) {
    case 0x77:
      return 'welcome';
    case 0x6d:
      return 'message';
    case 0x72:
      return 'reply';
    case 0x65:
      return 'refusal';
    case 0x62:
      return 'beat';
    default:
      return 'other';
  }
}

/** Engine.IO's 4 is a message; Socket.IO's 0 is connected, 2 an event, 3 an acknowledgement, 4 a refusal. */
function socketIoKind(bytes: Buffer, start: number): Kind {
  if (bytes[start] !== 0x34) return 'other';
  switch (bytes[start + 1]) {
    case 0x30:
      return 'welcome';
    case 0x32:
      return 'message';
    case 0x33:
      return 'reply';
    case 0x34:
      return 'refusal';
    default:
      return 'other';
  }
}

const plain: Dialect = {
  requiresTicket: false,
  path: () => '/',
  kindOf: jsonKind,
  publish: (text) => clientFrame(JSON.stringify({ type: 'send', text })),
  ping: () => clientFrame(JSON.stringify({ type: 'ping', id: 1 })),
  unauthenticated: { path: () => '/unauthenticated' },
};

/** Usher's handshake. The ticket of an unauthenticated client is well-formed, so that the server looks it up. */
const byTicket = {
  requiresTicket: true,
  subprotocol: 'usher.v1',
  path: (ticket: string) => `/api/ws?ticket=${ticket}`,
  unauthenticated: { path: () => `/api/ws?ticket=${'A'.repeat(43)}` },
} satisfies Partial<Dialect>;

const socketIoPath = '/socket.io/?EIO=4&transport=websocket';
let id = 0;

const dialects: Readonly<Record<SinglePeer, Dialect>> = {
  http: plain,
  ws: plain,
  'ws-framed': plain,
  'fastify-websocket': plain,
  bun: plain,
  'first-message': {
    ...plain,
    hello: (token) => clientFrame(token),
    unauthenticated: { path: () => '/', hello: clientFrame('e30.e30.e30') },
  },
  'jwt-in-url': {
    ...plain,
    path: (_, token) => `/?token=${token()}`,
    unauthenticated: { path: () => '/?token=e30.e30.e30' },
  },
  'address-agent': { ...plain, agent: 'usher-bench', unauthenticated: { path: () => '/' } },
  'ticket-gate': { ...plain, ...byTicket },
  'socket-io': {
    requiresTicket: false,
    path: () => socketIoPath,
    hello: (token) => clientFrame(`40${JSON.stringify({ token })}`),
    kindOf: socketIoKind,
    publish: (text) => clientFrame(`42${JSON.stringify(['send', text])}`),
    ping: () => clientFrame('421["ping"]'),
    unauthenticated: { path: () => socketIoPath, hello: clientFrame('40{"token":"e30.e30.e30"}') },
  },
  usher: {
    ...byTicket,
    kindOf: jsonKind,
    join: (room, after) => clientFrame(JSON.stringify({ type: 'join', id: ++id, room, after })),
    publish: (text, room = 'general') =>
      clientFrame(JSON.stringify({ type: 'send', id: ++id, room, key: randomUUID(), text })),
    ping: () => clientFrame(JSON.stringify({ type: 'ping', id: ++id })),
  },
};

export function dialectOf(peer: PeerName): Dialect {
  if (!isClusterPeer(peer)) return dialects[peer];
  return peer.startsWith('socket-io') ? dialects['socket-io'] : dialects.usher;
}
