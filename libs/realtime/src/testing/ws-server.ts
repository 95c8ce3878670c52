import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket as NetSocket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { serverOptions } from '../sockets/ws-socket.ts';

/** Starts a `ws` server on a free port and stops it when the test ends. `onSocket` receives each server-side socket. */
export async function newWsServer(onSocket: (ws: WebSocket) => void, options: ServerOptions = {}): Promise<number> {
  const http = createServer();
  const server = new WebSocketServer({ ...serverOptions, ...options, server: http });
  server.on('connection', onSocket);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    for (const client of server.clients) client.terminate();
    server.close();
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  });
  return (http.address() as AddressInfo).port;
}

/** A frame as it was received on the wire. */
export interface WireFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** A client on the byte level (RFC 6455). It shows the exact bytes on the wire and can send what no library would send. */
export class RawClient {
  readonly socket: NetSocket;
  readonly frames: WireFrame[] = [];
  ended = false;
  #buffer: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  private constructor(socket: NetSocket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#take(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  static async open(port: number, headers: Record<string, string> = {}): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more.join('')}\r\n`,
    );
    let head = Buffer.alloc(0);
    while (!head.includes('\r\n\r\n')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      head = Buffer.concat([head, chunk]);
    }
    if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error('the handshake was rejected');
    const client = new RawClient(socket);
    client.#take(head.subarray(head.indexOf('\r\n\r\n') + 4));
    return client;
  }

  /** Waits until `done` returns true, checking after each received chunk. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.ended) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async closed(): Promise<void> {
    if (!this.ended) await once(this.socket, 'close');
  }

  /** Sends one masked frame. */
  say(opcode: number, payload: Buffer | string, fin = true): void {
    const bytes = Buffer.from(payload);
    const mask = Buffer.from([1, 2, 3, 4]);
    const masked = Buffer.from(bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
    const size =
      bytes.length < 126
        ? Buffer.from([0x80 | bytes.length])
        : bytes.length < 65_536
          ? Buffer.from([0x80 | 126, bytes.length >> 8, bytes.length & 0xff])
          : Buffer.from([0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (bytes.length >>> bits) & 0xff)]);
    this.socket.write(Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, mask, masked]));
  }

  /** The payloads of the received text frames. */
  texts(): string[] {
    return this.frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());
  }

  /** The code of the received close frame. */
  closeCode(): number | undefined {
    const close = this.frames.find(({ opcode }) => opcode === 8);
    return close === undefined || close.payload.length < 2 ? undefined : close.payload.readUInt16BE(0);
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) this.frames.push(frame);
    this.#wake();
  }

  #next(): WireFrame | undefined {
    const bytes = this.#buffer;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const short = second & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < head) return undefined;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (bytes.length < head + length) return undefined;
    this.#buffer = bytes.subarray(head + length);
    return {
      opcode: first & 0x0f,
      fin: (first & 0x80) !== 0,
      rsv: first & 0x70,
      masked: (second & 0x80) !== 0,
      payload: bytes.subarray(head, head + length),
    };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
