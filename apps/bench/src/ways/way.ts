import { clientFrame } from '../load/frames.ts';
import type { DialOptions } from '../load/lean-socket.ts';
import type { PeerName } from '../peer-names.ts';

export const wayNames = ['ticket', 'first-message', 'jwt-in-url', 'address-agent'] as const;
export type WayName = (typeof wayNames)[number];

/** What a server wants to see before it believes who somebody is. */
export type Secret = 'ticket' | 'jwt' | 'none';

/** One way to tell a server who opens a socket. */
export interface Way {
  readonly name: WayName;
  readonly title: string;
  /** The server that does it so. */
  readonly peer: PeerName;
  readonly secret: Secret;
  /** How somebody dials who has this secret; one who has none says what a stranger can say. */
  readonly dial: (secret?: string) => Omit<DialOptions, 'port'>;
}

export const ways: readonly Way[] = [
  {
    name: 'ticket',
    title: 'a ticket (Usher)',
    peer: 'usher',
    secret: 'ticket',
    // Of the right shape, so that it is looked up.
    dial: (ticket = 'A'.repeat(43)) => ({ path: `/api/ws?ticket=${ticket}`, subprotocol: 'usher.v1' }),
  },
  {
    name: 'first-message',
    title: 'JWT as first message',
    peer: 'first-message',
    secret: 'jwt',
    dial: (jwt) => ({ path: '/', hello: jwt === undefined ? undefined : clientFrame(jwt) }),
  },
  {
    name: 'jwt-in-url',
    title: 'JWT in the URL',
    peer: 'jwt-in-url',
    secret: 'jwt',
    dial: (jwt = 'e30.e30.e30') => ({ path: `/?token=${jwt}` }),
  },
  {
    name: 'address-agent',
    title: 'address and User-Agent',
    peer: 'address-agent',
    secret: 'none',
    dial: () => ({ path: '/' }),
  },
];
