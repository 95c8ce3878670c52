import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The client address according to `TRUST_PROXY`, empty if the connection is already closed. Use it instead of `ip`, which may be an
     * invalid entry of `X-Forwarded-For`.
     */
    readonly clientAddress: string;
  }
}

/** A request and its client. A `FastifyRequest` is one. */
export interface ClientRequest {
  readonly raw: IncomingMessage;
  readonly clientAddress: string;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** The route, for a request that reached the router. */
  readonly routeOptions?: { readonly config: { readonly cost?: number } };
}

/** Whether a hop of a request is a trusted proxy. The peer is hop 0. */
export type Trust = (address: string, hop: number) => boolean;

/** Converts `TRUST_PROXY` to a function, for Fastify (`request.host` and `request.protocol`), the client address and connection limits. */
export function proxyTrust(trusted: Config['trustProxy']): Trust {
  if (trusted === false) return () => false;
  if (typeof trusted === 'number') return (_address, hop) => hop < trusted;
  const proxies = new BlockList();
  for (const entry of trusted) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    proxies.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/**
 * Returns the client address of a request: the first hop, counted from the server, that is not a trusted proxy. Also works for requests that
 * do not reach the router. `undefined` if the connection is already closed.
 *
 * An entry of `X-Forwarded-For` that is not an IP address, for example one with a port or an IPv6 zone, ends the walk: the client is then
 * the last hop before it.
 */
export function clientAddress(trust: Trust): (request: IncomingMessage) => string | undefined {
  return (request) => {
    const { remoteAddress } = request.socket;
    if (remoteAddress === undefined || !trust(remoteAddress, 0)) return remoteAddress;
    const [, ...forwarded] = proxyAddr.all(request, trust);
    const invalid = forwarded.findIndex((entry) => !isAddress(entry));
    return (invalid === -1 ? forwarded : forwarded.slice(0, invalid)).at(-1) ?? remoteAddress;
  };
}

/** A zone (RFC 4007) has a meaning only on the machine that added it, and `isIP` accepts it. */
function isAddress(entry: string): boolean {
  return isIP(entry) !== 0 && !entry.includes('%');
}

/** Adds `request.clientAddress` to all requests of an app. */
export function decorateClientAddress(app: FastifyInstance, trusted: Config['trustProxy']): void {
  const addressOf = clientAddress(proxyTrust(trusted));
  app.decorateRequest('clientAddress', {
    getter() {
      return addressOf(this.raw) ?? '';
    },
  });
}
