import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Door, handshake, newDoor } from './testing/new-door.ts';

interface Slow extends Door {
  /** Paths in the order in which their handlers were called. */
  readonly handled: string[];
  /** Resolves when the handler of this path is called. */
  readonly called: (path: string) => Promise<void>;
  /** Lets the answer of this path go. */
  readonly release: (path: string) => void;
}

/** A door with `/slow/…`, which is answered when the test says so, and `/quick/…`. */
async function slowDoor(options: Parameters<typeof newDoor>[0] = {}): Promise<Slow> {
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
  const door = await newDoor({
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
    ...door,
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

function openConnections({ app }: Door): Promise<number> {
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
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2') + get('/slow/3') + get('/quick/4'));
  await door.called('/slow/1');
  expect(door.handled).toEqual(['/slow/1']);
  door.release('/slow/1');
  await door.called('/slow/3');
  expect(door.handled).toEqual(['/slow/1', '/quick/2', '/slow/3']);
  door.release('/slow/3');
  let raw = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    raw += String(chunk);
    if (raw.endsWith('/quick/4')) break;
  }
  expect(statuses(raw)).toEqual(['200', '200', '200', '200']);
  expect(raw.match(/\/(?:slow|quick)\/\d/g)).toEqual(['/slow/1', '/quick/2', '/slow/3', '/quick/4']);
});

test('the ninth unanswered request gets 429 after the answers before it, and the connection ends', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  const paths = ['/slow/1', ...Array.from({ length: 9 }, (_, index) => `/quick/${index + 2}`)];
  socket.write(paths.map(get).join(''));
  await door.called('/slow/1');
  door.release('/slow/1');
  const raw = await text(socket);
  expect(statuses(raw)).toEqual([...Array<string>(8).fill('200'), '429']);
  expect(raw).toMatch(/429 Too Many Requests\r\n(?:.*\r\n)*connection: close\r\n/i);
  expect(raw).toContain('retry-after: 1');
  expect(raw).toContain('"code":"rate_limited"');
  expect(door.handled).toEqual(paths.slice(0, 8));
});

test('maxUnanswered sets the limit', async () => {
  const door = await slowDoor({ maxUnanswered: 2 });
  const socket = connect(door.port, '127.0.0.1');
  socket.write(['/quick/1', '/quick/2', '/quick/3'].map(get).join(''));
  expect(statuses(await text(socket))).toEqual(['200', '200', '429']);
  await expect(newDoor({ maxUnanswered: 0 })).rejects.toThrow('maxUnanswered');
});

test('a connection that ignores the limit is destroyed without answers', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2').repeat(1_300));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
  expect(door.handled).toEqual(['/slow/1']);
  door.release('/slow/1');
});

test('requests that wait are forgotten when the connection ends', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + get('/quick/2'));
  await door.called('/slow/1');
  expect(await openConnections(door)).toBe(1);
  socket.resetAndDestroy();
  await expect.poll(() => openConnections(door)).toBe(0);
  door.release('/slow/1');
  await fetch(`http://127.0.0.1:${door.port}/quick/3`);
  expect(door.handled).toEqual(['/slow/1', '/quick/3']);
});

test('a body is read when its request is handled, however long the request waited', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  const body = JSON.stringify('x'.repeat(200_000));
  const head = `POST /slow/2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n`;
  socket.write(`${get('/slow/1')}${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  await door.called('/slow/1');
  door.release('/slow/1');
  await door.called('/slow/2');
  door.release('/slow/2');
  expect(statuses(await text(socket))).toEqual(['200', '200']);
});

test('an upgrade behind a slow request is judged after that request was answered', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  const post = 'POST /slow/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n';
  socket.write(post + handshake(door.port, `/api/ws?ticket=${await door.ticket()}`));
  await door.called('/slow/1');
  expect(door.verdicts).toEqual([]);
  door.release('/slow/1');
  let raw = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    raw += String(chunk);
    if (raw.endsWith('hello')) break;
  }
  expect(statuses(raw)).toEqual(['200', '101']);
  expect(door.verdicts).toMatchObject([{ verdict: 'admitted' }]);
});

test('a request before an upgrade that is refused keeps its answer', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshake(door.port, '/api/ws'));
  await door.called('/slow/1');
  door.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '401']);
});

test('a streamed answer larger than the socket’s buffers is sent completely before the upgrade behind it', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/large') + handshake(door.port, '/api/ws'));
  const raw = await text(socket);
  expect(statuses(raw)).toEqual(['200', '401']);
  expect(raw.length).toBeGreaterThan(16 * 1024 * 1024);
});

test('an upgrade waits for the answers before it no longer than judgeMs, then the connection ends', async () => {
  const door = await slowDoor({ judgeMs: 50 });
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshake(door.port, `/api/ws?ticket=${await door.ticket()}`));
  expect(await text(socket)).toBe('');
  door.release('/slow/1');
  await fetch(`http://127.0.0.1:${door.port}/quick/2`);
  expect(door.verdicts).toEqual([]);
});

test('a client that resets while its upgrade waits does no harm', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(get('/slow/1') + handshake(door.port, `/api/ws?ticket=${await door.ticket()}`));
  await door.called('/slow/1');
  socket.resetAndDestroy();
  door.release('/slow/1');
  expect((await fetch(`http://127.0.0.1:${door.port}/quick/2`)).status).toBe(200);
});

test('an upgrade behind too many requests is not judged, and a reset at that moment does no harm', async () => {
  const door = await slowDoor();
  const bytes =
    get('/slow/1') + get('/quick/2').repeat(9) + handshake(door.port, `/api/ws?ticket=${await door.ticket()}`);
  const socket = connect(door.port, '127.0.0.1');
  socket.write(bytes);
  await door.called('/slow/1');
  socket.resetAndDestroy();
  await expect.poll(() => openConnections(door)).toBe(0);
  const patient = connect(door.port, '127.0.0.1');
  patient.write(bytes);
  door.release('/slow/1');
  expect(statuses(await text(patient))).toEqual([...Array<string>(8).fill('200'), '429']);
  expect(door.verdicts).toEqual([]);
});

test('bytes that are not HTTP do not take the place of an answer', async () => {
  const door = await slowDoor();
  const socket = connect(door.port, '127.0.0.1');
  socket.write(`${get('/slow/1')}this is not HTTP\r\n\r\n`);
  await door.called('/slow/1');
  door.release('/slow/1');
  expect(statuses(await text(socket))).toEqual(['200', '400']);
});

test('a connection that acceptConnection refuses is closed before HTTP sees it', async () => {
  const asked: (string | undefined)[] = [];
  const door = await slowDoor({
    acceptConnection: ({ remoteAddress }) => asked.push(remoteAddress) === 1,
  });
  expect((await fetch(`http://127.0.0.1:${door.port}/quick/1`)).status).toBe(200);
  const socket = connect(door.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(get('/quick/2'));
  await once(socket, 'close');
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(door.handled).toEqual(['/quick/1']);
});
