import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/config.ts';

/** Whether a hop on the way of a request is a proxy whose word counts. The peer itself is hop 0. */
export type Trust = (address: string, hop: number) => boolean;

/** `TRUST_PROXY` as a function, for Fastify (`request.ip`) and for the gate alike. */
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
 * The address that a request comes from: the first hop, seen from here, that is no trusted proxy. What an untrusted hop says of
 * those before it is not believed (the meaning of `request.ip`, for requests that never reach the router).
 */
export function clientAddress(trust: Trust): (request: IncomingMessage) => string | undefined {
  return ({ socket, headers }) => {
    const forwarded = headers['x-forwarded-for'];
    let address = socket.remoteAddress;
    if (forwarded === undefined || address === undefined) return address;
    const said = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',').reverse();
    for (const [hop, before] of said.entries()) {
      if (!trust(address, hop)) return address;
      const claimed = before.trim();
      // What is no address cannot be believed or logged; the proxy that let it through is the last that is known.
      if (isIP(claimed) === 0) return address;
      address = claimed;
    }
    return address;
  };
}
