import { randomUUID } from 'node:crypto';
import type { PeerName } from '../peer-names.ts';
import { clientFrame } from './frames.ts';

/** What a text of a server is, as far as the load cares. */
export type Kind = 'welcome' | 'message' | 'reply' | 'refusal' | 'beat' | 'other';

/** How a peer is spoken to. Frames are ready to be written. */
export interface Dialect {
  /** Whether a ticket is wanted before each dial; `path` gets it. */
  readonly wantsTicket: boolean;
  readonly subprotocol?: string;
  /** A token is the caller's, and taken only by those who want one. */
  readonly path: (ticket: string, token: () => string) => string;
  /** The User-Agent, where it counts. Whoever is to be known by it calls the HTTP API first. */
  readonly agent?: string;
  /** What is said once the handshake is through; a token is the caller's. */
  readonly hello?: (token: string) => Buffer;
  /** Tells what has come by a byte or two: a load that parsed JSON would be slower than the servers. */
  readonly kindOf: (bytes: Buffer, start: number) => Kind;
  /** Enters a room, for a `reply`; absent where everybody is in the only one there is. */
  readonly join?: (room: string, after?: number) => Buffer;
  readonly publish: (text: string, room?: string) => Buffer;
  readonly ping: () => Buffer;
  /** A dial that will be refused, and what is said if it is not. */
  readonly stranger: { readonly path: () => string; readonly hello?: Buffer };
}

/** By the first letter of its type, which stands first: `{"type":"m…`. */
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
  wantsTicket: false,
  path: () => '/',
  kindOf: jsonKind,
  publish: (text) => clientFrame(JSON.stringify({ type: 'send', text })),
  ping: () => clientFrame(JSON.stringify({ type: 'ping', id: 1 })),
  stranger: { path: () => '/stranger' },
};

const socketIoPath = '/socket.io/?EIO=4&transport=websocket';
let id = 0;

const dialects: Readonly<Record<PeerName, Dialect>> = {
  http: plain,
  ws: plain,
  'fastify-websocket': plain,
  bun: plain,
  'first-message': {
    ...plain,
    hello: (token) => clientFrame(token),
    stranger: { path: () => '/', hello: clientFrame('e30.e30.e30') },
  },
  'jwt-in-url': {
    ...plain,
    path: (_, token) => `/?token=${token()}`,
    stranger: { path: () => '/?token=e30.e30.e30' },
  },
  'address-agent': { ...plain, agent: 'usher-bench', stranger: { path: () => '/' } },
  'socket-io': {
    wantsTicket: false,
    path: () => socketIoPath,
    hello: (token) => clientFrame(`40${JSON.stringify({ token })}`),
    kindOf: socketIoKind,
    publish: (text) => clientFrame(`42${JSON.stringify(['send', text])}`),
    ping: () => clientFrame('421["ping"]'),
    stranger: { path: () => socketIoPath, hello: clientFrame('40{"token":"e30.e30.e30"}') },
  },
  usher: {
    wantsTicket: true,
    subprotocol: 'usher.v1',
    path: (ticket) => `/api/ws?ticket=${ticket}`,
    kindOf: jsonKind,
    join: (room, after) => clientFrame(JSON.stringify({ type: 'join', id: ++id, room, after })),
    publish: (text, room = 'general') =>
      clientFrame(JSON.stringify({ type: 'send', id: ++id, room, key: randomUUID(), text })),
    ping: () => clientFrame(JSON.stringify({ type: 'ping', id: ++id })),
    // Of the right shape, so that it is looked up.
    stranger: { path: () => `/api/ws?ticket=${'A'.repeat(43)}` },
  },
};

export function dialectOf(peer: PeerName): Dialect {
  return dialects[peer];
}
