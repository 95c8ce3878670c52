import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { networkOf } from './network.ts';

test('rate limits count an IPv4-mapped IPv6 address as its IPv4 address', () => {
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
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
