import { clientFrame, type DialOptions } from '../load/frames.ts';
import { TicketConnection } from '../load/tickets.ts';
import type { SinglePeer } from '../peers.ts';

export const authMethodNames = ['ticket', 'first-message', 'jwt-in-url', 'address-agent'] as const;
export type AuthMethodName = (typeof authMethodNames)[number];

/** The credential that authenticates a socket. */
export type Secret = 'ticket' | 'jwt' | 'none';

/** A method to authenticate a WebSocket. */
export interface AuthMethod {
  readonly name: AuthMethodName;
  readonly title: string;
  /** The peer that implements it. */
  readonly peer: SinglePeer;
  readonly secret: Secret;
  /** The dial options with this secret, or of a client without one. */
  readonly dial: (secret?: string) => Omit<DialOptions, 'port'>;
}

export const authMethods: readonly AuthMethod[] = [
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

/** A signed-in user and their browser. */
export interface TestUser {
  readonly user: string;
  readonly token: string;
  /** The User-Agent. */
  readonly agent: string;
}

export interface Obtained {
  /** The secret for a dial; absent if the method requires none. */
  readonly secret?: string;
  /** The validity in seconds. */
  readonly seconds: number;
}

/** Makes the HTTP request that precedes a dial: requests a ticket, or registers the client's address and User-Agent. */
export async function obtain({ secret }: AuthMethod, port: number, { token, agent }: TestUser): Promise<Obtained> {
  const now = Date.now();
  if (secret === 'ticket') {
    const line = new TicketConnection(port);
    const { ticket, expires } = await line.request(token);
    line.close();
    return { secret: ticket, seconds: Math.round(expires - now / 1_000) };
  }
  const seconds = secondsLeft(token, now);
  if (secret === 'jwt') return { secret: token, seconds };
  const headers = { authorization: `Bearer ${token}`, 'user-agent': agent };
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
  if (!response.ok) throw new Error(`the request before the handshake failed with ${response.status}`);
  return { seconds };
}

/** The distinct secrets in a log, in order of appearance. */
export interface Found {
  readonly tickets: readonly string[];
  readonly jwts: readonly string[];
}

/** 256 bits in base64url after the parameter name. */
const ticket = /[?&]ticket=([\w-]{43})(?![\w-])/g;
/** Three parts in base64url, the first of which is JSON: `{"` is `eyJ`. */
const jwt = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Finds tickets and JWTs in a log by their form, as an attacker without prior knowledge would. */
export function scanLog(text: string): Found {
  return {
    tickets: unique([...text.matchAll(ticket)].flatMap(([, value]) => value ?? [])),
    jwts: unique([...text.matchAll(jwt)].map(([value]) => value)),
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** @returns the seconds until a JWT expires, without verification of its signature */
export function secondsLeft(token: string, nowMs: number): number {
  const [, payload = ''] = token.split('.');
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp: number };
  return Math.round(exp - nowMs / 1_000);
}
