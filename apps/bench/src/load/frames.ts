import { connect, type Socket } from 'node:net';
import { progressed } from '../progress.ts';

/** Receives the frames of a server. The payload is `bytes` from `start` to `end`, valid only until the call returns. */
export interface FrameSink {
  text(bytes: Buffer, start: number, end: number): void;
  /** Called for a close frame, with its close code; 1005 if it has none. */
  closing(code: number): void;
}

const empty = Buffer.alloc(0);
/** RFC 6455 §7.4.1. */
const noCode = 1005;
const key = [0x5a, 0x17, 0xc3, 0x6e] as const;

/**
 * Encodes a text frame from client to server (RFC 6455 §5.2). The mask is constant: it protects proxies, and there are none. The
 * server's cost of unmasking does not depend on it.
 *
 * @throws RangeError if the text is longer than 65,535 bytes
 */
export function clientFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 65_535) throw new RangeError('the text is longer than 65,535 bytes');
  const head = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  frame[0] = 0x81;
  if (head === 2) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.set(key, head);
  const payload = frame.subarray(head + 4);
  payload.write(text);
  for (let at = 0; at < length; at += 4) {
    payload[at] = (payload[at] ?? 0) ^ key[0];
    if (at + 1 < length) payload[at + 1] = (payload[at + 1] ?? 0) ^ key[1];
    if (at + 2 < length) payload[at + 2] = (payload[at + 2] ?? 0) ^ key[2];
    if (at + 3 < length) payload[at + 3] = (payload[at + 3] ?? 0) ^ key[3];
  }
  return frame;
}

/** Splits the byte stream of one server into frames. Allocates memory only for frames that span several reads. */
export class FrameReader {
  #rest: Buffer = empty;

  read(chunk: Buffer, start: number, end: number, sink: FrameSink): void {
    let bytes = chunk;
    let at = start;
    let until = end;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(start, end)]);
      at = 0;
      until = bytes.length;
      this.#rest = empty;
    }
    while (until - at >= 2) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (until - at < head) break;
      const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const from = at + head;
      const to = from + length;
      if (to > until) break;
      const opcode = (bytes[at] ?? 0) & 0x0f;
      if (opcode === 0x1) sink.text(bytes, from, to);
      else if (opcode === 0x8) sink.closing(length < 2 ? noCode : bytes.readUInt16BE(from));
      at = to;
    }
    if (at < until) this.#rest = Buffer.from(bytes.subarray(at, until));
  }
}

/** Called for every text frame. The payload is `bytes` from `start` to `end`, valid only until the call returns. */
export type OnText = (bytes: Buffer, start: number, end: number, socket: LeanSocket) => void;

export interface DialOptions {
  readonly port: number;
  /** Including the query. */
  readonly path: string;
  readonly subprotocol?: string | undefined;
  /** The User-Agent. */
  readonly agent?: string | undefined;
  /** The local address, if the system has more than one on loopback. */
  readonly localAddress?: string | undefined;
  /** Frames to write directly after the handshake. */
  readonly hello?: Buffer | undefined;
}

/** The server did not respond with 101. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number) {
    super(`the handshake was rejected with ${status}`);
    this.status = status;
  }
}

/** The server sent a close frame. */
export class ClosedByServer extends Error {
  override readonly name = 'ClosedByServer';
  readonly code: number;

  constructor(code: number) {
    super(`the server closed the connection with ${code}`);
    this.code = code;
  }
}

// Shared by all sockets: each read is processed before the next socket is read.
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const handshakeKey = Buffer.from('usher benchmarks').subarray(0, 16).toString('base64');

/**
 * A minimal WebSocket client over a plain TCP socket, so that the load costs less CPU time than any server. It trusts the
 * server and validates neither the accept key nor UTF-8.
 */
export class LeanSocket implements FrameSink {
  /** For use by the caller, for example as a counter. */
  tag = 0;
  onText: OnText | undefined;
  /** Called once when the server accepts the handshake. */
  onOpen: (() => void) | undefined;
  /** Called once when the connection ends, unless `cut` ended it. */
  onEnd: ((reason: Error) => void) | undefined;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #hello: Buffer | undefined;
  #head: string | undefined = '';
  #ended = false;

  constructor({ port, path, subprotocol, agent, localAddress, hello }: DialOptions) {
    this.#hello = hello;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (length, bytes) => {
          this.#read(bytes as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => {
      this.#end(error);
    });
    this.#socket.on('close', () => {
      this.#end(new Error('the connection was closed'));
    });
    const offered = subprotocol === undefined ? '' : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
    const named = agent === undefined ? '' : `User-Agent: ${agent}\r\n`;
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${handshakeKey}\r\nSec-WebSocket-Version: 13\r\n${named}${offered}\r\n`,
    );
  }

  /** Sends frames that `clientFrame` has encoded. */
  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /** Resets the connection. An orderly close would leave the port in TIME_WAIT for a minute. */
  cut(): void {
    this.#ended = true;
    this.#socket.resetAndDestroy();
  }

  text(bytes: Buffer, start: number, end: number): void {
    this.onText?.(bytes, start, end, this);
  }

  closing(code: number): void {
    this.#end(new ClosedByServer(code));
  }

  #read(bytes: Buffer, length: number): void {
    progressed();
    if (this.#head === undefined) {
      this.#reader.read(bytes, 0, length, this);
      return;
    }
    const before = this.#head.length;
    this.#head += bytes.toString('latin1', 0, length);
    const headEnd = this.#head.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const status = Number(this.#head.slice(9, 12));
    this.#head = undefined;
    if (status !== 101) {
      this.#end(new Refused(status));
      return;
    }
    this.onOpen?.();
    if (this.#hello !== undefined) this.#socket.write(this.#hello);
    const framesAt = headEnd + 4 - before;
    if (framesAt < length) this.#reader.read(bytes, framesAt, length, this);
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.cut();
    this.onEnd?.(reason);
  }
}
