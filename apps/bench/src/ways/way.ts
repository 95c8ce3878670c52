import { clientFrame } from '../load/frames.ts';
import type { DialOptions } from '../load/lean-socket.ts';
import type { PeerName } from '../peer-names.ts';

export const wayNames = ['ticket', 'first-message', 'jwt-in-url', 'address-agent'] as const;
export type WayName = (typeof wayNames)[number];

/** The credential that authenticates a socket. */
export type Secret = 'ticket' | 'jwt' | 'none';

/** A method to authenticate a WebSocket. */
export interface Way {
  readonly name: WayName;
  readonly title: string;
  /** The peer that implements it. */
  readonly peer: PeerName;
  readonly secret: Secret;
  /** The dial options with this secret, or of a client without one. */
  readonly dial: (secret?: string) => Omit<DialOptions, 'port'>;
}

export const ways: readonly Way[] = [
  {
    name: 'ticket',
    title: 'a ticket (Usher)',
    peer: 'usher',
    secret: 'ticket',
    // A well-formed ticket, so that the server looks it up.
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
