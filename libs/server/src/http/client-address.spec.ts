import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress, proxyTrust, type TrustProxy } from './client-address.ts';

function from(trusted: TrustProxy, peer: string, forwarded?: string): string | undefined {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return clientAddress(proxyTrust(trusted))({ socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage);
}

test.each<[TrustProxy, string, string | undefined, string]>([
  [false, '10.0.0.1', '192.0.2.1', '10.0.0.1'],
  [1, '10.0.0.1', undefined, '10.0.0.1'],
  [1, '10.0.0.1', '192.0.2.1', '192.0.2.1'],
  [1, '10.0.0.1', '203.0.113.9, 192.0.2.1', '192.0.2.1'],
  [2, '10.0.0.1', '203.0.113.9, 192.0.2.1', '203.0.113.9'],
  [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, 192.0.2.1, 10.9.9.9', '192.0.2.1'],
  [['10.0.0.0/8'], '192.0.2.7', '203.0.113.9', '192.0.2.7'],
  [['10.0.0.1'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  [['::1', 'fd00::/8'], 'fd00::2', '2001:db8::1', '2001:db8::1'],
  [1, '10.0.0.1', 'nonsense', '10.0.0.1'],
  // Invalid entries end the walk, so that no client skips a hop.
  [2, '10.0.0.1', 'garbage, 192.0.2.1', '192.0.2.1'],
  [3, '10.0.0.1', '203.0.113.9, garbage, 192.0.2.1', '192.0.2.1'],
  [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, garbage, 10.9.9.9', '10.9.9.9'],
  [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, garbage', '10.0.0.1'],
  [1, '10.0.0.1', '', '10.0.0.1'],
  [1, '10.0.0.1', ' , ,', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, _hidden', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, 192.0.2.256', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, 3221225985', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, 0300.0.2.1', '10.0.0.1'],
  // With a port or a zone.
  [1, '10.0.0.1', '203.0.113.9, 192.0.2.1:443', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, [2001:db8::1]:443', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, [2001:db8::1]', '10.0.0.1'],
  [1, '10.0.0.1', '203.0.113.9, fe80::1%eth0', '10.0.0.1'],
  [['fe80::/10'], 'fe80::1%eth0', '2001:db8::1', '2001:db8::1'],
  // IPv4-mapped IPv6.
  [1, '::ffff:10.0.0.1', '203.0.113.9, ::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, ::ffff:10.9.9.9', '203.0.113.9'],
  [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, ::ffff:192.0.2.1', '::ffff:192.0.2.1'],
])('trusting %s, a request from %s for %s has the client address %s', (trusted, peer, forwarded, expected) => {
  expect(from(trusted, peer, forwarded)).toBe(expected);
});

test('a request over a closed connection has no client address', () => {
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  for (const trusted of [false, 1, ['10.0.0.0/8']] as const) {
    const request = { socket: { remoteAddress: undefined }, headers } as unknown as IncomingMessage;
    expect(clientAddress(proxyTrust(trusted))(request)).toBeUndefined();
  }
});
