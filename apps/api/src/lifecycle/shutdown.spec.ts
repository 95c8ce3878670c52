import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

/** Opens a raw connection and writes `bytes`. */
async function hold(url: string, bytes: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  if (bytes !== '') await new Promise((resolve) => socket.write(bytes, resolve));
  return socket;
}

/** Reads until the server closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([once(socket, 'end'), once(socket, 'close')]);
  return Buffer.concat(chunks).toString('latin1');
}

/** Resolves when the server has accepted the given number of connections or requests. */
function arrivals(app: FastifyInstance, event: 'connection' | 'request', count = 1): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    app.server.on(event, () => {
      if (--left === 0) resolve();
    });
  });
}

const body = JSON.stringify({ user: 'maggie', pwd: 'secret' });
const head = `POST /api/auth HTTP/1.1\r\nHost: usher\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: usher\r\n\r\n`;

describe('a shutdown', () => {
  test('waits for a request in flight with an open port, 503 from "ready" and a Connection: close response', async () => {
    const { app, url, call } = await newApp({ DRAIN_SECONDS: '30' });
    const arrived = arrivals(app, 'request');
    const socket = await hold(url, head + body.slice(0, -1));
    await arrived;
    const ended = app.shutDown();
    for (let round = 0; round < 3; round++) {
      const { status, headers } = await call('GET', '/api/health/ready');
      expect([status, headers.get('connection')]).toEqual([503, 'close']);
    }
    socket.write(body.slice(-1));
    const response = await readAll(socket);
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
    expect(response).toMatch(/^connection: close\r$/im);
    await ended;
  });

  test('refuses connections once the last one is closed, before the hooks of the app have finished', async () => {
    const { app, url } = await newApp();
    await app.shutDown();
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
    await app.close();
  });

  test('does not interrupt a response that a slow client is still reading', async () => {
    const { app, url } = await newApp({ DRAIN_SECONDS: '30' });
    const large = 'x'.repeat(16 * 1024 * 1024);
    const started = Promise.withResolvers<undefined>();
    // Routes cannot be added after startup, so this listener replaces Fastify's, which is the last one.
    const fastify = app.server.listeners('request').at(-1);
    if (fastify === undefined) throw new Error('Fastify does not listen for requests');
    app.server.off('request', fastify as () => void);
    app.server.on('request', (_request, response) => {
      response.end(large);
      started.resolve(undefined);
    });
    const socket = await hold(url, get('/large'));
    await started.promise;
    void app.shutDown();
    expect(app.draining).toBe(true);
    const response = await readAll(socket);
    expect(response.length).toBeGreaterThan(large.length);
  });

  test('ends at once when all connections are idle', async () => {
    const { app, url, call } = await newApp({ DRAIN_SECONDS: '600' });
    await call('GET', '/api/health/live');
    const socket = await hold(url, get('/api/health/live'));
    await once(socket, 'data');
    await app.shutDown();
    await app.close();
  });

  test('closes silent connections early and logs their number', async () => {
    const { app, url, log } = await newApp({ DRAIN_SECONDS: '600' });
    const arrived = arrivals(app, 'connection', 2);
    await Promise.all([hold(url, ''), hold(url, 'GET / HTTP/1.1\r\nHost: us')]);
    await arrived;
    await app.shutDown();
    expect(log.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ silent: 2, msg: 'connections without a complete request were closed' }),
    );
  });

  test('destroys remaining connections at the deadline and logs their number', async () => {
    const { app, url, log } = await newApp({ DRAIN_SECONDS: '0' });
    const arrived = arrivals(app, 'request', 2);
    const sockets = await Promise.all([hold(url, head), hold(url, head)]);
    await arrived;
    const cut = sockets.map(readAll);
    await app.close();
    expect(await Promise.all(cut)).toEqual(['', '']);
    expect(log.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ level: 'warn', cut: 2, unanswered: 2, silent: 0 }),
    );
  });

  test('terminates WebSockets that do not finish the closing handshake and logs their number', async () => {
    const { app, connect, log } = await newApp({ DRAIN_SECONDS: '0' });
    const socket = await connect('maggie');
    socket.ws.pause();
    await app.close();
    expect(app.server.listening).toBe(false);
    expect(log.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ level: 'warn', unfinished: 1 }),
    );
    socket.ws.terminate();
  });
});
