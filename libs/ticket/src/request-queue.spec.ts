import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type GateServer, handshakeBytes, startGateServer } from './testing/gate-server.ts';

interface SlowServer extends GateServer {
  /** Paths in the order in which their handlers were called. */
  readonly handled: string[];
  /** Resolves when the handler of this path is called. */
  readonly called: (path: string) => Promise<void>;
  /** Makes the handler of this path respond. */
  readonly release: (path: string) => void;
}

/** Starts a server with `/slow/…`, which responds after `release`, and `/quick/…`, which responds immediately. */
async function startSlowServer(options: Parameters<typeof startGateServer>[0] = {}): Promise<SlowServer> {
  const handled: string[] = [];
  const handlers = new Map<string, { called: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> }>();
  const handlerOf = (path: string) => {
    let handler = handlers.get(path);
    if (handler === undefined) {
      handler = { called: Promise.withResolvers(), released: Promise.withResolvers() };
      handlers.set(path, handler);
    }
    return handler;
  };
  const server = await startGateServer({
    ...options,
    after: (app) => {
      app.all('/slow/:name', async ({ url }) => {
        handled.push(url);
        handlerOf(url).called.resolve();
        await handlerOf(url).released.promise;
        return url;
      });
      app.get('/quick/:name', ({ url }) => {
        handled.push(url);
        return url;
      });
      app.get('/large', () => Readable.from(Array.from({ length: 256 }, () => Buffer.alloc(64 * 1024, 'x'))));
    },
  });
  return {
    ...server,
    handled,
    called: (path) => handlerOf(path).called.promise,
    release: (path) => {
      handlerOf(path).released.resolve();
    },
  };
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

function openConnections({ app }: GateServer): Promise<number> {
  return new Promise((resolve) => {
    app.server.getConnections((_error, count) => {
      resolve(count);
    });
  });
}

/** Returns the status codes of all responses, in order. */
function statuses(raw: string): string[] {
  return [...raw.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
}

test('requests on one connection are handled one at a time, in order', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2') + get('/slow/3') + get('/quick/4'));
  await server.called('/slow/1');
  expect(server.handled).toEqual(['/slow/1']);
  server.release('/slow/1');
  await server.called('/slow/3');
  expect(server.handled).toEqual(['/slow/1', '/quick/2', '/slow/3']);
  server.release('/slow/3');
  let raw = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    raw += String(chunk);
    if (raw.endsWith('/quick/4')) break;
  }
  expect(statuses(raw)).toEqual(['200', '200', '200', '200']);
  expect(raw.match(/\/(?:slow|quick)\/\d/g)).toEqual(['/slow/1', '/quick/2', '/slow/3', '/quick/4']);
});

test('the ninth unanswered request receives 429 after the earlier responses, and the connection closes', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  const paths = ['/slow/1', ...Array.from({ length: 9 }, (_, index) => `/quick/${index + 2}`)];
  socket.write(paths.map(get).join(''));
  await server.called('/slow/1');
  server.release('/slow/1');
  const raw = await text(socket);
  expect(statuses(raw)).toEqual([...Array<string>(8).fill('200'), '429']);
  expect(raw).toMatch(/429 Too Many Requests\r\n(?:.*\r\n)*connection: close\r\n/i);
  expect(raw).toContain('retry-after: 1');
  expect(raw).toContain('"code":"rate_limited"');
  expect(server.handled).toEqual(paths.slice(0, 8));
});

test('maxUnanswered sets the limit and must be positive', async () => {
  const server = await startSlowServer({ maxUnanswered: 2 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(['/quick/1', '/quick/2', '/quick/3'].map(get).join(''));
  expect(statuses(await text(socket))).toEqual(['200', '200', '429']);
  await expect(startGateServer({ maxUnanswered: 0 })).rejects.toThrow('maxUnanswered');
});

test('a connection that exceeds the limit by far is destroyed without a response', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2').repeat(1_300));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
  expect(server.handled).toEqual(['/slow/1']);
  server.release('/slow/1');
});

test('waiting requests are discarded when the connection closes', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2'));
  await server.called('/slow/1');
  expect(await openConnections(server)).toBe(1);
  socket.resetAndDestroy();
  await expect.poll(() => openConnections(server)).toBe(0);
  server.release('/slow/1');
  await fetch(`http://127.0.0.1:${server.port}/quick/3`);
  expect(server.handled).toEqual(['/slow/1', '/quick/3']);
});

test('the body of a request that waited is read completely', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  const body = JSON.stringify('x'.repeat(200_000));
  const head = `POST /slow/2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n`;
  socket.write(`${get('/slow/1')}${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  await server.called('/slow/1');
  server.release('/slow/1');
  await server.called('/slow/2');
  server.release('/slow/2');
  expect(statuses(await text(socket))).toEqual(['200', '200']);
});

test('an upgrade that follows a slow request is processed after the response to that request', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  const post = 'POST /slow/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n';
  socket.write(post + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`));
  await server.called('/slow/1');
  expect(server.outcomes).toEqual([]);
  server.release('/slow/1');
  let raw = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    raw += String(chunk);
    if (raw.endsWith('hello')) break;
  }
  expect(statuses(raw)).toEqual(['200', '101']);
  expect(server.outcomes).toMatchObject([{ outcome: 'admitted' }]);
});

test('a request before a rejected upgrade receives its response', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, '/api/ws'));
  await server.called('/slow/1');
  server.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '401']);
});

test('a streamed response larger than the socket buffers is sent completely before the next upgrade is handled', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/large') + handshakeBytes(server.port, '/api/ws'));
  const raw = await text(socket);
  expect(statuses(raw)).toEqual(['200', '401']);
  expect(raw.length).toBeGreaterThan(16 * 1024 * 1024);
});

test('an upgrade that waits longer than handshakeTimeoutMs for earlier responses closes the connection', async () => {
  const server = await startSlowServer({ handshakeTimeoutMs: 50 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`));
  expect(await text(socket)).toBe('');
  server.release('/slow/1');
  await fetch(`http://127.0.0.1:${server.port}/quick/2`);
  expect(server.outcomes).toEqual([]);
});

test('a connection reset while an upgrade waits does not affect other requests', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`));
  await server.called('/slow/1');
  socket.resetAndDestroy();
  server.release('/slow/1');
  expect((await fetch(`http://127.0.0.1:${server.port}/quick/2`)).status).toBe(200);
});

test('an upgrade that follows too many requests is not processed, and a connection reset then has no effect', async () => {
  const server = await startSlowServer();
  const bytes =
    get('/slow/1') + get('/quick/2').repeat(9) + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(bytes);
  await server.called('/slow/1');
  socket.resetAndDestroy();
  await expect.poll(() => openConnections(server)).toBe(0);
  const second = connect(server.port, '127.0.0.1');
  second.write(bytes);
  server.release('/slow/1');
  expect(statuses(await text(second))).toEqual([...Array<string>(8).fill('200'), '429']);
  expect(server.outcomes).toEqual([]);
});

test('bytes that are not HTTP get a 400 after the pending response', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`${get('/slow/1')}this is not HTTP\r\n\r\n`);
  await server.called('/slow/1');
  server.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '400']);
});

test('a connection that acceptConnection rejects is closed before its requests are parsed', async () => {
  const addresses: (string | undefined)[] = [];
  const server = await startSlowServer({
    acceptConnection: ({ remoteAddress }) => addresses.push(remoteAddress) === 1,
  });
  expect((await fetch(`http://127.0.0.1:${server.port}/quick/1`)).status).toBe(200);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(get('/quick/2'));
  await once(socket, 'close');
  expect(addresses).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(server.handled).toEqual(['/quick/1']);
});
