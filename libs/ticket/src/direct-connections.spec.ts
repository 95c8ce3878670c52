import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { type Gate, isAnsweringTicketCall, type NodeTicketGateOptions, ticketGate } from './node.ts';
import { allowedOrigin, handshakeBytes, sendHandshake } from './testing/gate-server.ts';

interface DirectServer {
  readonly server: Server;
  readonly gate: Gate;
  readonly port: number;
  /** How many requests and upgrades `node:http` has read. */
  readonly readByNode: () => number;
  /** The server's sides of all connections. */
  readonly sockets: Socket[];
  readonly connect: () => Client;
}

/** A connection whose received text can be waited for. */
interface Client {
  readonly socket: Socket;
  readonly received: () => string;
  /** Resolves with the received text as soon as it matches. Rejects if the connection closes before. */
  readonly until: (pattern: RegExp) => Promise<string>;
  readonly closed: Promise<unknown>;
}

function client(port: number): Client {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.on('data', (data: string) => {
    text += data;
    socket.emit('text');
  });
  onTestFinished(() => {
    socket.destroy();
  });
  const closed = once(socket, 'close');
  return {
    socket,
    closed,
    received: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(text)) resolve(text);
        };
        socket.on('text', check);
        socket.on('close', () => {
          reject(new Error(`closed after ${JSON.stringify(text)}`));
        });
        check();
      }),
  };
}

async function start(options: Partial<NodeTicketGateOptions> = {}): Promise<DirectServer> {
  let read = 0;
  const sockets: Socket[] = [];
  const server = createServer((_request, response) => response.end('app'));
  const gate = ticketGate(server, {
    store: createMemoryTicketStore(),
    allowedOrigins: [allowedOrigin],
    authenticate: () => ({ user: 'maggie', session: 'session-1' }),
    ...options,
  });
  const webSockets = new WebSocketServer({ noServer: true });
  gate.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    webSockets.handleUpgrade(request, socket as never, head as Buffer, (ws) => {
      ws.send('hello');
      ws.on('message', (data) => {
        ws.send(data);
      });
    });
  });
  // Node calls this for every request with an `Upgrade` header that it reads, and publishes to the channel for every other one.
  const decide = (server as Server & { shouldUpgradeCallback: (request: IncomingMessage) => boolean })
    .shouldUpgradeCallback;
  Object.assign(server, {
    shouldUpgradeCallback(request: IncomingMessage) {
      read += 1;
      return decide(request);
    },
  });
  const onRequest = (message: unknown): void => {
    if ((message as { server: Server }).server === server) read += 1;
  };
  subscribe('http.server.request.start', onRequest);
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    unsubscribe('http.server.request.start', onRequest);
    for (const ws of webSockets.clients) ws.terminate();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, gate, port, sockets, readByNode: () => read, connect: () => client(port) };
}

const ticketCall = 'GET /api/ws_ticket HTTP/1.1\r\nHost: chat.example\r\nAuthorization: Bearer token\r\n\r\n';
const plainRequest = 'GET /plain HTTP/1.1\r\nHost: chat.example\r\n\r\n';
const closing = (request: string): string => request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
const ticketIn = (text: string): string => /"ticket":"([\w-]+)"/.exec(text)?.[1] ?? 'none';

/** An answer without the parts that differ for each request. */
const comparable = (text: string): string =>
  text
    .replace(/date: .*\r\n/i, 'date\r\n')
    .replace(/usher-receipt: .*\r\n/i, 'receipt\r\n')
    .replace(/"ticket":"[\w-]+","expires":\d+/, '"ticket"')
    .toLowerCase();

describe('a connection', () => {
  test('gets a ticket and opens a socket without node:http', async () => {
    const { connect: open, readByNode } = await start();
    const call = open();
    call.socket.write(ticketCall);
    const answer = await call.until(/\}$/);
    const opened = open();
    opened.socket.write(handshakeBytes(80, `/api/ws?ticket=${ticketIn(answer)}`));
    expect(await opened.until(/hello/)).toMatch(/^HTTP\/1\.1 101 /);
    expect(readByNode()).toBe(0);
  });

  test('gets the same answers from node:http with `direct: false`', async () => {
    const answers = await Promise.all(
      [true, false].map(async (direct) => {
        const { port, connect: open, readByNode } = await start({ direct });
        const [kept, closed] = [open(), open()];
        kept.socket.write(ticketCall);
        closed.socket.write(closing(ticketCall));
        const answer = await kept.until(/\}$/);
        await closed.closed;
        const refused = await sendHandshake(port, '/api/ws');
        expect(readByNode()).toBe(direct ? 0 : 3);
        return [answer, closed.received(), refused.raw].map(comparable);
      }),
    );
    const sorted = (text: string): string[] => text.split('\r\n').toSorted();
    expect(answers[0]?.map(sorted)).toEqual(answers[1]?.map(sorted));
  });

  test('may send frames together with its handshake', async () => {
    const { connect: open, readByNode } = await start();
    const call = open();
    call.socket.write(ticketCall);
    const { socket, until } = open();
    const masked = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
    const handshake = handshakeBytes(80, `/api/ws?ticket=${ticketIn(await call.until(/\}$/))}`);
    socket.write(Buffer.concat([Buffer.from(handshake), masked]));
    expect(await until(/hi$/)).toContain('hello');
    expect(readByNode()).toBe(0);
  });

  test('may call for several tickets and then open a socket, without node:http', async () => {
    const { connect: open, readByNode, server } = await start();
    server.keepAliveTimeout = 60_000;
    const { socket, until } = open();
    let answers = '';
    for (const count of [1, 2, 3]) {
      socket.write(ticketCall);
      answers = await until(new RegExp(`(?:"ticket"[^]*){${count}}\\}$`));
    }
    expect(new Set(answers.match(/"ticket":"[\w-]+"/g)).size).toBe(3);
    socket.write(handshakeBytes(80, `/api/ws?ticket=${ticketIn(answers)}`));
    expect(await until(/hello/)).toContain('HTTP/1.1 101 ');
    expect(readByNode()).toBe(0);
  });

  test('sends all requests after one for another path through node:http', async () => {
    const { connect: open, readByNode } = await start();
    const { socket, until, received } = open();
    socket.write(ticketCall);
    await until(/\}$/);
    socket.write(plainRequest);
    await until(/app$/);
    socket.write(ticketCall);
    await until(/app.*\}$/s);
    socket.write(closing(plainRequest));
    await once(socket, 'close');
    expect(received().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(4);
    expect(readByNode()).toBe(3);
  });

  test.each([
    ['a request for another path', plainRequest],
    ['a request with a body', 'POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'],
    ['a ticket call with a Content-Length', ticketCall.replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n')],
    ['a ticket call that asks for an upgrade', ticketCall.replace('\r\n\r\n', '\r\nUpgrade: h2c\r\n\r\n')],
    ['a handshake without `Connection: Upgrade`', handshakeBytes(80, '/api/ws', { headers: { connection: 'close' } })],
    ['a request that is not HTTP', 'hello\r\n\r\n'],
  ])('is read by node:http if it begins with %s', async (_name, request) => {
    const answers: string[] = [];
    for (const direct of [true, false]) {
      const { connect: open } = await start({ direct });
      const { socket, until } = open();
      socket.write(request);
      answers.push(comparable(await until(/\r\n\r\n/)));
    }
    expect(answers[0]).toBe(answers[1]);
  });

  test('may send a request in several segments', async () => {
    const { connect: open, sockets, readByNode } = await start();
    const { socket, until } = open();
    socket.write(ticketCall.slice(0, 20));
    await once(socket, 'connect');
    await expect.poll(() => sockets[0]?.bytesRead).toBe(20);
    socket.write(ticketCall.slice(20));
    expect(ticketIn(await until(/\}$/))).toHaveLength(43);
    expect(readByNode()).toBe(1);
  });

  test('may send several requests at once, which are answered in their order', async () => {
    const { connect: open } = await start();
    const { socket, received } = open();
    socket.write(ticketCall + plainRequest + closing(ticketCall));
    await once(socket, 'close');
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK.*"ticket".*app.*"ticket":"[^"]+"[^}]*\}$/s);
  });

  test('may send a request while its ticket call is answered', async () => {
    let finish = (): void => undefined;
    const { connect: open, sockets } = await start({
      authenticate: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve({ user: 'maggie', session: 's' });
          };
        }),
    });
    const { socket, until, received } = open();
    socket.write(ticketCall);
    await expect.poll(() => sockets[0] !== undefined && isAnsweringTicketCall(sockets[0])).toBe(true);
    socket.write(plainRequest);
    await expect.poll(() => sockets[0]?.bytesRead).toBe(ticketCall.length + plainRequest.length);
    expect(received()).toBe('');
    finish();
    expect(await until(/app$/)).toMatch(/"ticket".*app$/s);
  });

  test('that does not read its answers is taken over by node:http, which limits them', async () => {
    const { connect: open, sockets, readByNode } = await start({ headers: { 'x-large': 'a'.repeat(60_000) } });
    const { socket } = open();
    await once(socket, 'connect');
    socket.pause();
    for (let calls = 1; readByNode() === 0 && calls < 1_000; calls += 1) {
      socket.write(ticketCall);
      await expect.poll(() => sockets[0]?.bytesRead, { interval: 1 }).toBe(calls * ticketCall.length);
    }
    expect(readByNode()).toBe(1);
    // One answer that did not fit into the buffers of the operating system.
    expect(sockets[0]?.writableLength).toBeLessThan(200_000);
  });

  test('that is half closed after its ticket call is closed', async () => {
    const { connect: open, sockets } = await start();
    const { socket, until } = open();
    socket.write(ticketCall);
    await until(/\}$/);
    socket.end();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });

  test('that closes while its ticket call is answered leaves nothing behind', async () => {
    let finish = (): void => undefined;
    const {
      connect: open,
      sockets,
      server,
    } = await start({
      authenticate: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve({ user: 'maggie', session: 's' });
          };
        }),
    });
    const { socket } = open();
    socket.write(ticketCall);
    await expect.poll(() => sockets[0] !== undefined && isAnsweringTicketCall(sockets[0])).toBe(true);
    socket.resetAndDestroy();
    await once(socket, 'close');
    finish();
    await expect.poll(() => sockets[0] !== undefined && isAnsweringTicketCall(sockets[0])).toBe(false);
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  test('without data is read by node:http after a second', async () => {
    const { connect: open, sockets, readByNode } = await start();
    const { socket, until } = open();
    // The gate waits for `readable`, and node:http does not.
    await expect.poll(() => sockets[0]?.listenerCount('readable'), { timeout: 5_000 }).toBe(0);
    socket.write(ticketCall);
    await until(/\}$/);
    expect(readByNode()).toBe(1);
  });
});

describe('a server', () => {
  test('closes a connection that stays idle after a ticket call for `keepAliveTimeout`', async () => {
    const { server, connect: open } = await start();
    server.keepAliveTimeout = 50;
    const { socket, until, closed } = open();
    socket.write(ticketCall);
    await until(/\}$/);
    await closed;
  });

  test('that closes does not wait for idle connections, but for a ticket call', async () => {
    let finish = (): void => undefined;
    let isSlow = false;
    const holder = { user: 'maggie', session: 's' };
    const {
      server,
      connect: open,
      sockets,
    } = await start({
      authenticate: () =>
        isSlow
          ? new Promise((resolve) => {
              finish = () => {
                resolve(holder);
              };
            })
          : holder,
    });
    const idle = open();
    idle.socket.write(ticketCall);
    await idle.until(/\}$/);
    isSlow = true;
    const slow = open();
    slow.socket.write(ticketCall);
    await expect.poll(() => sockets[1] !== undefined && isAnsweringTicketCall(sockets[1])).toBe(true);
    const closed = once(server, 'close');
    server.close();
    await idle.closed;
    finish();
    await slow.closed;
    expect(slow.received()).toMatch(/connection: close\r\n[^]*"ticket"/);
    await closed;
  });

  test('that closes does not wait longer than a second for a connection without data', async () => {
    const { server, connect: open, sockets } = await start();
    const silent = open();
    await expect.poll(() => sockets.length).toBe(1);
    const closed = once(server, 'close');
    server.close();
    await closed;
    await silent.closed;
  });

  test('`closeAllConnections` closes connections that node:http has not read', async () => {
    const { server, connect: open, sockets } = await start();
    const silent = open();
    await expect.poll(() => sockets.length).toBe(1);
    server.closeAllConnections();
    await silent.closed;
  });

  test('closes connections after the ticket call while it drains', async () => {
    const { gate, connect: open } = await start();
    gate.close();
    const { socket, received, closed } = open();
    socket.write(ticketCall);
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 503 [^]*connection: close\r\n/);
  });

  test('leaves all requests to node:http if the requests of a connection are limited', async () => {
    const { server, connect: open, readByNode } = await start();
    server.maxRequestsPerSocket = 1;
    const { socket, until } = open();
    socket.write(ticketCall);
    expect(await until(/\}$/)).toMatch(/connection: close/i);
    expect(readByNode()).toBe(1);
  });

  test('accepts connections that another server has accepted and read from', async () => {
    const { server } = await start();
    const first = createTcpServer((socket) => {
      socket.once('data', (chunk: Buffer) => {
        socket.pause();
        socket.unshift(chunk);
        server.emit('connection', socket);
        process.nextTick(() => socket.resume());
      });
    });
    first.listen(0, '127.0.0.1');
    await once(first, 'listening');
    onTestFinished(() => {
      first.close();
    });
    const { socket, until } = client((first.address() as AddressInfo).port);
    socket.write(ticketCall);
    expect(ticketIn(await until(/\}$/))).toHaveLength(43);
  });

  test.each([
    ['a name', { 'x a': '1' }],
    ['a value', { 'x-a': 'a\r\nx-b: 1' }],
  ])('is not created with %s of an answer header that is not valid', (_name, headers) => {
    const options = { store: createMemoryTicketStore(), allowedOrigins: [], headers };
    const authenticate = () => ({ user: 'maggie', session: 's' });
    expect(() => ticketGate(createServer(), { ...options, authenticate })).toThrow(TypeError);
  });
});
