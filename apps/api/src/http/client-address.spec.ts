import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { newApp } from '../testing/new-app.ts';
import { clientAddress, proxyTrust } from './client-address.ts';
import { networkOf } from './network.ts';

function from(trusted: Config['trustProxy'], peer: string, forwarded?: string): string | undefined {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return clientAddress(proxyTrust(trusted))({ socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage);
}

test.each<[Config['trustProxy'], string, string | undefined, string]>([
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
])('with TRUST_PROXY %s, a request from %s for %s has the client address %s', (trusted, peer, forwarded, expected) => {
  expect(from(trusted, peer, forwarded)).toBe(expected);
});

test('rate limits count an IPv4-mapped IPv6 address in the header as its IPv4 address', () => {
  expect(networkOf(from(1, '10.0.0.1', '::ffff:192.0.2.1') ?? '')).toBe('192.0.2.1');
});

test('requests and handshakes have the same client address', async () => {
  for (const [env, address] of [
    [{}, '127.0.0.1'],
    [{ TRUST_PROXY: '127.0.0.1' }, '192.0.2.1'],
    // The server trusts more proxies than there are: the entry that is not an address does not become one.
    [{ TRUST_PROXY: '3' }, '192.0.2.1'],
  ] as const) {
    const { call, dial, log } = await newApp(env);
    const headers = { 'x-forwarded-for': '203.0.113.9, garbage, 192.0.2.1' };
    await call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'wrong' }, headers });
    await dial('?ticket=wrong', { headers });
    const lines = log.map((line) => JSON.parse(line) as { msg: string; address?: string });
    for (const msg of ['invalid password', 'handshake refused', 'request completed']) {
      expect(lines.find((line) => line.msg === msg)?.address).toBe(address);
    }
  }
});

test('a request over a closed connection has no client address', () => {
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  for (const trusted of [false, 1, ['10.0.0.0/8']] as const) {
    const request = { socket: { remoteAddress: undefined }, headers } as unknown as IncomingMessage;
    expect(clientAddress(proxyTrust(trusted))(request)).toBeUndefined();
  }
});
