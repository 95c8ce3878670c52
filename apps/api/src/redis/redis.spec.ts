import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { freePorts, RedisServer } from '@usher/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { connectRedis, RedisUnusable } from './connect-redis.ts';
import { parseRedisUrl } from '../config/redis-url.ts';
import { tempFolder } from '../testing/per-test.ts';

test.each([
  ['redis://localhost', { kind: 'single', servers: [{ host: 'localhost', port: 6379 }], tls: false, database: 0 }],
  [
    'rediss://u:p%40ss@redis.example:7000/3',
    { kind: 'single', tls: true, database: 3, username: 'u', password: 'p@ss' },
  ],
  ['redis://:secret@[::1]:6380', { servers: [{ host: '::1', port: 6380 }], password: 'secret' }],
  ['unix:///run/redis/redis.sock', { kind: 'single', path: '/run/redis/redis.sock' }],
  [
    'redis+sentinel://u:p@a:26379,b/primary/2',
    { kind: 'sentinel', name: 'primary', database: 2, servers: [{ port: 26379 }, { host: 'b', port: 26379 }] },
  ],
  ['rediss+cluster://:p@a:7000,b:7001', { kind: 'cluster', tls: true, servers: [{ host: 'a' }, { port: 7001 }] }],
])('REDIS_URL %s', (url, target) => {
  expect(parseRedisUrl(url)).toMatchObject(target);
});

test.each([
  'localhost:6379',
  'http://localhost',
  'redis://a,b',
  'redis://localhost/x',
  'redis://localhost:0',
  'redis+sentinel://a:26379',
  'redis+cluster://a/1',
  'redis://a?b=c',
  'redis://%zz@a',
  'unix://',
])('rejects the REDIS_URL %s', (url) => {
  expect(parseRedisUrl(url)).toBeUndefined();
});

function newLog() {
  const lines: string[] = [];
  const at = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

async function connect(settings: readonly string[] = []) {
  const server = await RedisServer.start(settings);
  const log = newLog();
  const redis = await connectRedis(`unix://${server.socketPath}`, log);
  onTestFinished(async () => {
    redis.close();
    await server.stop();
  });
  return { server, log, redis };
}

test('warns if Redis may evict tickets', async () => {
  const { log } = await connect(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]).toContain('set maxmemory-policy to noeviction');
  expect((await connect(['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction'])).log.lines).toEqual([]);
});

test('a hung Redis delays one command, the following ones fail at once, and it is used again when it responds', async () => {
  const { server, redis } = await connect();
  server.pause();
  await expect(redis.commands.get('key')).rejects.toThrow();
  await expect.poll(() => redis.commands.status, { timeout: 10_000 }).not.toBe('ready');
  // Rejected without waiting: the next turn of the event loop has the result.
  const result = redis.commands.get('key').then(
    () => 'resolved',
    () => 'rejected',
  );
  expect(
    await Promise.race([result, new Promise((resolve) => setImmediate(() => setImmediate(resolve, 'waiting')))]),
  ).toBe('rejected');
  server.resume();
  await expect.poll(() => redis.commands.get('key').catch(() => 'rejected'), { timeout: 10_000 }).toBeNull();
}, 30_000);

test.each([
  ['redis://:hidden@127.0.0.1:1', /refuses connections: check the host and port/],
  ['redis://:hidden@no-such-host.invalid', /host of REDIS_URL is unknown/],
  ['nonsense', /^invalid REDIS_URL: must be redis:/],
])(
  'names the problem with %s, without the password',
  async (url, reason) => {
    const error = await connectRedis(url, newLog()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RedisUnusable);
    expect((error as Error).message).toMatch(reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hidden');
  },
  15_000,
);

test('names a missing and a wrong password', async () => {
  const server = await RedisServer.start(['--requirepass', 'right']);
  onTestFinished(() => server.stop());
  await expect(connectRedis(`unix://${server.socketPath}`, newLog())).rejects.toThrow(/requires a password/);
  await expect(connectRedis(`unix://:wrong@${server.socketPath}`, newLog())).rejects.toThrow(
    /rejects the user or password/,
  );
  const redis = await connectRedis(`unix://:right@${server.socketPath}`, newLog());
  expect(await redis.commands.ping()).toBe('PONG');
  redis.close();
});

test('rediss:// encrypts the connection, and rejects a certificate that is not trusted', async () => {
  const folder = tempFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stderr } = spawnSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  const [port = 0] = await freePorts(1);
  const tls = ['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'];
  const server = await RedisServer.start([...tls, '--bind', '127.0.0.1', '--requirepass', 'right']);
  onTestFinished(() => server.stop());
  const url = `rediss://:right@127.0.0.1:${port}`;
  await expect(connectRedis(url, newLog())).rejects.toThrow('the TLS certificate of Redis is not valid');
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, readFileSync(cert, 'utf8')]);
  onTestFinished(() => {
    setDefaultCACertificates(before);
  });
  const redis = await connectRedis(url, newLog());
  expect(await redis.commands.ping()).toBe('PONG');
  redis.close();
}, 20_000);
