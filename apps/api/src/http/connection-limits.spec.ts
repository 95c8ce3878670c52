import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { ConnectionLimits, type ConnectionLimitsOptions, openFileLimit } from './connection-limits.ts';

interface Limited {
  readonly limits: ConnectionLimits;
  readonly refused: string[];
  readonly rooms: () => number;
  /** Opens a connection. Resolves to its server side, or to `undefined` if it was refused. */
  readonly open: (from?: string) => Promise<Socket | undefined>;
}

/** A TCP server with these limits. */
async function limited(options: Partial<ConnectionLimitsOptions> = {}): Promise<Limited> {
  const refused: string[] = [];
  let rooms = 0;
  const limits = new ConnectionLimits({
    total: 1_000,
    perNetwork: 0,
    openFiles: Number.POSITIVE_INFINITY,
    isShared: () => false,
    makeRoom: () => (rooms += 1),
    onRefused: (reason, address) => refused.push(`${reason} ${address}`),
    now: () => 0,
    ...options,
  });
  const server = createServer();
  const clients: Socket[] = [];
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (from = '127.0.0.1'): Promise<Socket | undefined> => {
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    clients.push(connect({ port, host: '127.0.0.1', localAddress: from }));
    const [socket] = await arrived;
    if (limits.accept(socket)) return socket;
    socket.destroy();
    return undefined;
  };
  return { limits, refused, rooms: () => rooms, open };
}

async function close(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error('the connection was refused');
  socket.destroy();
  await once(socket, 'close');
}

test('refuses connections above the total until one closes', async () => {
  const { limits, refused, open } = await limited({ total: 2 });
  const first = await open();
  expect(await open('127.0.0.2')).toBeDefined();
  expect(await open('127.0.0.3')).toBeUndefined();
  expect(refused).toEqual(['total 127.0.0.3']);
  await close(first);
  expect(limits.size).toBe(1);
  expect(await open()).toBeDefined();
});

test('refuses connections above the limit of one network only', async () => {
  const { refused, open } = await limited({ perNetwork: 2 });
  const first = await open();
  expect(await open()).toBeDefined();
  expect(await open()).toBeUndefined();
  expect(await open('127.0.0.2')).toBeDefined();
  expect(refused).toEqual(['network 127.0.0.1']);
  await close(first);
  expect(await open()).toBeDefined();
  expect(await open()).toBeUndefined();
});

test('does not apply the network limit to a shared peer', async () => {
  const { open } = await limited({ perNetwork: 1, isShared: (address) => address === '127.0.0.1' });
  for (let count = 0; count < 5; count++) expect(await open()).toBeDefined();
  expect(await open('127.0.0.2')).toBeDefined();
  expect(await open('127.0.0.2')).toBeUndefined();
});

test('reserves a second file per HTTP connection, but not per WebSocket', async () => {
  const { limits, open } = await limited({ openFiles: 100 + 6 });
  const sockets = [await open(), await open(), await open()];
  expect(sockets).not.toContain(undefined);
  expect(await open()).toBeUndefined();
  for (const socket of sockets) if (socket !== undefined) limits.upgraded(socket);
  expect(await open()).toBeDefined();
  expect(await open()).toBeUndefined();
});

test('closes idle connections above nine tenths of a limit, at most once per second', async () => {
  let now = 0;
  const { rooms, open } = await limited({ total: 10, now: () => now });
  for (let count = 0; count < 9; count++) await open();
  expect(rooms()).toBe(0);
  await open();
  await open();
  expect(rooms()).toBe(1);
  now = 1_000;
  await open();
  expect(rooms()).toBe(2);
});

test('reads the limit on open files on Linux', () => {
  if (process.platform === 'linux') expect(openFileLimit()).toBeGreaterThan(0);
});

test('refuses connections above the limit, logs and counts them, and closes idle connections', async () => {
  // Three connections with one file each.
  const { url, call, log } = await newApp({}, '/nowhere', { openFiles: 100 + 6 });
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) socket.on('error', () => undefined).resume();
  await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(5);
  const warning = log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find(({ connections }) => connections === 3);
  expect(warning).toMatchObject({
    level: 'warn',
    openFiles: 106,
    msg: expect.stringContaining('MAX_CONNECTIONS') as string,
  });
  // Each connection is idle after its response and can be closed for the next.
  for (const socket of sockets) {
    if (socket.closed) continue;
    socket.write('GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
  }
  // Idle connections are closed once per second at most, so the first attempts may be refused.
  const retry = async (): Promise<number> =>
    (await call('GET', '/api/health/live').catch(() => ({ status: 0 }))).status;
  await expect.poll(retry, { timeout: 10_000 }).toBe(200);
  expect(sockets.every(({ closed }) => closed)).toBe(true);
  const { text } = await call('GET', '/metrics');
  expect(text).toMatch(/^usher_tcp_connections_refused_total\{reason="total"\} \d+$/m);
});
