import { expect, test } from 'vitest';
import { RedisServer } from './index.ts';

test('a server answers, loses its data when it is killed, and is reachable at the same path after a restart', async () => {
  const server = await RedisServer.start();
  try {
    const client = server.client();
    await client.connect();
    await client.set('key', 'value');
    expect(await client.get('key')).toBe('value');
    const lost = new Promise((resolve) => client.once('close', resolve));
    await server.kill();
    await lost;
    await expect(client.get('key')).rejects.toThrow();
    const ready = new Promise((resolve) => client.once('ready', resolve));
    await server.start();
    await ready;
    expect(await client.get('key')).toBeNull();
  } finally {
    await server.stop();
  }
});

test('a paused server does not answer until it is resumed', async () => {
  const server = await RedisServer.start();
  try {
    const client = server.client({ commandTimeout: 50 });
    await client.connect();
    server.pause();
    await expect(client.get('key')).rejects.toThrow('timed out');
    server.resume();
    // The reply of the abandoned command arrives first and is discarded.
    await expect.poll(() => client.get('key').catch(() => 'no answer')).toBeNull();
  } finally {
    await server.stop();
  }
});

test('a setting that Redis rejects fails the start with its output', async () => {
  await expect(RedisServer.start(['--no-such-setting', '1'])).rejects.toThrow(/no-such-setting/);
});
