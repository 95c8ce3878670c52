import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type GateServer, handshakeBytes, startGateServer } from './testing/gate-server.ts';

interface Slow extends GateServer {
  /** Paths in the order in which their handlers were called. */
  readonly handled: string[];
  /** Resolves when the handler of this path is called. */
  readonly called: (path: string) => Promise<void>;
  /** Lets the answer of this path go. */
  readonly release: (path: string) => void;
}

/** A server with `/slow/…`, which is answered when the test says so, and `/quick/…`. */
async function startSlowServer(options: Parameters<typeof startGateServer>[0] = {}): Promise<Slow> {
  const handled: string[] = [];
  const gates = new Map<string, { called: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> }>();
  const gateOf = (path: string) => {
    let gate = gates.get(path);
    if (gate === undefined) {
      gate = { called: Promise.withResolvers(), released: Promise.withResolvers() };
      gates.set(path, gate);
    }
    return gate;
  };
  const server = await startGateServer({
    ...options,
    after: (app) => {
      app.all('/slow/:name', async ({ url }) => {
        handled.push(url);
        gateOf(url).called.resolve();
        await gateOf(url).released.promise;
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
    called: (path) => gateOf(path).called.promise,
    release: (path) => {
      gateOf(path).released.resolve();
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

/** Status lines of all answers, in order. */
function statuses(raw: string): string[] {
  return [...raw.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
}

test('requests of one connection are handled one after the other, in their order', async () => {
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

test('the ninth unanswered request gets 429 after the answers before it, and the connection ends', async () => {
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

test('maxUnanswered sets the limit', async () => {
  const server = await startSlowServer({ maxUnanswered: 2 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(['/quick/1', '/quick/2', '/quick/3'].map(get).join(''));
  expect(statuses(await text(socket))).toEqual(['200', '200', '429']);
  await expect(startGateServer({ maxUnanswered: 0 })).rejects.toThrow('maxUnanswered');
});

test('a connection that ignores the limit is destroyed without answers', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2').repeat(1_300));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
  expect(server.handled).toEqual(['/slow/1']);
  server.release('/slow/1');
});

test('requests that wait are forgotten when the connection ends', async () => {
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

test('a body is read when its request is handled, however long the request waited', async () => {
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

test('an upgrade behind a slow request is judged after that request was answered', async () => {
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
  expect(server.outcomes).toMatchObject([{ verdict: 'admitted' }]);
});

test('a request before an upgrade that is refused keeps its answer', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, '/api/ws'));
  await server.called('/slow/1');
  server.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '401']);
});

test('a streamed answer larger than the socket’s buffers is sent completely before the upgrade behind it', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/large') + handshakeBytes(server.port, '/api/ws'));
  const raw = await text(socket);
  expect(statuses(raw)).toEqual(['200', '401']);
  expect(raw.length).toBeGreaterThan(16 * 1024 * 1024);
});

test('an upgrade waits for the answers before it no longer than judgeMs, then the connection ends', async () => {
  const server = await startSlowServer({ judgeMs: 50 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`));
  expect(await text(socket)).toBe('');
  server.release('/slow/1');
  await fetch(`http://127.0.0.1:${server.port}/quick/2`);
  expect(server.outcomes).toEqual([]);
});

test('a client that resets while its upgrade waits does no harm', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`));
  await server.called('/slow/1');
  socket.resetAndDestroy();
  server.release('/slow/1');
  expect((await fetch(`http://127.0.0.1:${server.port}/quick/2`)).status).toBe(200);
});

test('an upgrade behind too many requests is not judged, and a reset at that moment does no harm', async () => {
  const server = await startSlowServer();
  const bytes =
    get('/slow/1') + get('/quick/2').repeat(9) + handshakeBytes(server.port, `/api/ws?ticket=${await server.ticket()}`);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(bytes);
  await server.called('/slow/1');
  socket.resetAndDestroy();
  await expect.poll(() => openConnections(server)).toBe(0);
  const patient = connect(server.port, '127.0.0.1');
  patient.write(bytes);
  server.release('/slow/1');
  expect(statuses(await text(patient))).toEqual([...Array<string>(8).fill('200'), '429']);
  expect(server.outcomes).toEqual([]);
});

test('bytes that are not HTTP do not take the place of an answer', async () => {
  const server = await startSlowServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`${get('/slow/1')}this is not HTTP\r\n\r\n`);
  await server.called('/slow/1');
  server.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '400']);
});

test('a connection that acceptConnection refuses is closed before HTTP sees it', async () => {
  const asked: (string | undefined)[] = [];
  const server = await startSlowServer({
    acceptConnection: ({ remoteAddress }) => asked.push(remoteAddress) === 1,
  });
  expect((await fetch(`http://127.0.0.1:${server.port}/quick/1`)).status).toBe(200);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(get('/quick/2'));
  await once(socket, 'close');
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(server.handled).toEqual(['/quick/1']);
});
