import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/config.ts';

/** Whether a hop of a request is a trusted proxy. The peer is hop 0. */
export type Trust = (address: string, hop: number) => boolean;

/** Converts `TRUST_PROXY` to a function, for Fastify (`request.ip`) and for the gate. */
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
 * Returns the client address of a request: the first hop, counted from the server, that is not a trusted proxy. Equals `request.ip`, but also
 * works for requests that do not reach the router.
 */
export function clientAddress(trust: Trust): (request: IncomingMessage) => string | undefined {
  return ({ socket, headers }) => {
    const forwarded = headers['x-forwarded-for'];
    let address = socket.remoteAddress;
    if (forwarded === undefined || address === undefined) return address;
    const hops = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',').reverse();
    for (const [hop, before] of hops.entries()) {
      if (!trust(address, hop)) return address;
      const claimed = before.trim();
      // An invalid address is ignored. The client is then the last valid hop.
      if (isIP(claimed) === 0) return address;
      address = claimed;
    }
    return address;
  };
}
