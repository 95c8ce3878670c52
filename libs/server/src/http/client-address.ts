import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';

/** Whether a hop of a request is a trusted proxy. The peer is hop 0. */
export type Trust = (address: string, hop: number) => boolean;

/** Which proxies may name the client in `X-Forwarded-For`: none, a number of hops, or addresses and CIDRs. */
export type TrustProxy = false | number | readonly string[];

/**
 * Converts a setting to a function.
 * @throws TypeError if an entry is not an address or a CIDR, or the number of hops is not a positive integer
 */
export function proxyTrust(trusted: TrustProxy): Trust {
  if (trusted === false) return () => false;
  if (typeof trusted === 'number') {
    if (!Number.isSafeInteger(trusted) || trusted < 1)
      throw new TypeError(`invalid trustProxy ${trusted}: must be false, a positive number of hops, or addresses`);
    return (_address, hop) => hop < trusted;
  }
  const proxies = new BlockList();
  for (const entry of trusted) addProxy(proxies, entry);
  return (address) => {
    const family = isIP(address);
    return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

function addProxy(proxies: BlockList, entry: string): void {
  const [address = '', prefix, ...more] = entry.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (family === 0 || more.length > 0 || prefix === '' || !Number.isSafeInteger(length) || length < 0 || length > bits)
    throw new TypeError(`invalid trustProxy ${JSON.stringify(entry)}: must be an IP address or a CIDR`);
  proxies.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
}

/** The proxies that an Express app trusts, by its setting `trust proxy`, which may change later. */
export function expressTrust(app: { get(setting: string): unknown }): Trust {
  return (address, hop) => {
    const trust = app.get('trust proxy fn');
    return typeof trust === 'function' && (trust as Trust)(address, hop);
  };
}

/**
 * Returns the client address of a request: the first hop, counted from the server, that is not a trusted proxy. `undefined` if the connection
 * is already closed.
 *
 * An entry of `X-Forwarded-For` that is not an IP address, for example one with a port or an IPv6 zone, ends the search: the client is then
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
