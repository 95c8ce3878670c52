import type { Writable } from 'node:stream';
import { closeCode } from '@usher/protocol';
import { roomBounds } from '@usher/protocol/server';
import type { RawData, WebSocket } from 'ws';
import type { Frame } from '../connections/frame.ts';
import type { Socket, SocketListener } from '../connections/socket.ts';
import { rawSocket, releaseHttp } from './ws-raw.ts';

/** Recommended options of a `WebSocketServer` of `ws` for this adapter. */
export const serverOptions = {
  /** A larger frame closes the connection with 1009 before it is read. */
  maxPayload: roomBounds.clientFrameBytes,
  /** Compression uses memory per connection and prevents frames from being shared. */
  perMessageDeflate: false,
  /** How long a closing handshake may take, in milliseconds. */
  closeTimeout: 5_000,
} as const;

/** Gathered bytes beyond this size are written before the end of the turn, to observe the back-pressure of the kernel. */
const gatherAtMost = 64 * 1024;

const open = 1;

/** Sockets with frames to write at the end of this turn of the event loop. All share one list and one callback. */
let dirty: WsSocket[] = [];
/** The last joined frames and their bytes, cached because members of a room receive the same frames. */
let joinedFrames: Frame[] = [];
let joinedBytes: Buffer | undefined;

const adapter = Symbol('usher socket');
interface Adapted {
  [adapter]?: WsSocket;
}

/**
 * Attaches an open server-side WebSocket, e.g. `attach(ws, (socket) => connections.open(socket, identity).listener)`.
 *
 * Must be called in the same turn of the event loop in which the handshake was accepted, otherwise the first frames are lost.
 * Releases the HTTP request and response. A binary frame closes the connection with 1003. `ws` closes it with 1002 for invalid
 * framing, 1007 for invalid UTF-8 and 1009 for an oversized frame.
 */
export function attach(ws: WebSocket, start: (socket: Socket) => SocketListener): void {
  releaseHttp(ws);
  const socket = new WsSocket(ws);
  (ws as Adapted)[adapter] = socket;
  ws.on('message', onMessage);
  ws.on('error', onError);
  ws.on('close', onClose);
  try {
    socket.listener = start(socket);
  } catch (error) {
    ws.terminate();
    throw error;
  }
}

class WsSocket implements Socket {
  readonly ws: WebSocket;
  readonly #raw: Writable | undefined;
  listener: SocketListener | undefined;
  #listed = false;
  #first: Frame | undefined;
  #rest: Frame[] | undefined;
  #gatheredBytes = 0;

  constructor(ws: WebSocket) {
    this.ws = ws;
    this.#raw = rawSocket(ws);
  }

  get bufferedBytes(): number {
    return this.#raw === undefined ? this.ws.bufferedAmount : this.#raw.writableLength + this.#gatheredBytes;
  }

  send(frame: Frame): void {
    if (this.ws.readyState !== open) return;
    if (this.#raw === undefined) {
      this.ws.send(frame.text);
      return;
    }
    if (this.#first === undefined) this.#first = frame;
    else if (this.#rest === undefined) this.#rest = [this.#first, frame];
    else this.#rest.push(frame);
    this.#gatheredBytes += frame.bytes.length;
    if (this.#gatheredBytes >= gatherAtMost) {
      this.flush();
    } else if (!this.#listed) {
      this.#listed = true;
      if (dirty.length === 0) setImmediate(flushAll);
      dirty.push(this);
    }
  }

  close(code: number, reason: string): void {
    this.flush();
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.#drop();
    this.ws.terminate();
  }

  /** Writes all gathered frames in one write. No data may follow a close frame (RFC 6455 §5.5.1). */
  flush(): void {
    const first = this.#first;
    if (first === undefined) return;
    const bytes = this.#rest === undefined ? first.bytes : join(this.#rest, this.#gatheredBytes);
    this.#drop();
    if (this.ws.readyState === open && this.#raw?.writable === true) this.#raw.write(bytes);
  }

  /** Called at the end of the turn. The socket may be listed again afterwards. */
  turnOver(): void {
    this.#listed = false;
    this.flush();
  }

  #drop(): void {
    this.#first = undefined;
    this.#rest = undefined;
    this.#gatheredBytes = 0;
  }
}

function flushAll(): void {
  const sockets = dirty;
  dirty = [];
  for (const socket of sockets) socket.turnOver();
  joinedFrames = [];
  joinedBytes = undefined;
}

function join(frames: Frame[], length: number): Buffer {
  if (joinedBytes?.length === length && sameFrames(frames, joinedFrames)) return joinedBytes;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const frame of frames) at += frame.bytes.copy(bytes, at);
  joinedFrames = frames;
  joinedBytes = bytes;
  return bytes;
}

function sameFrames(one: readonly Frame[], other: readonly Frame[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const socket = (this as Adapted)[adapter];
  if (socket?.listener === undefined) return;
  if (isBinary) {
    end(this, closeCode('unsupported_data').code);
    socket.close(closeCode('unsupported_data').code, closeCode('unsupported_data').reason);
    return;
  }
  // `ws` passes a Buffer with valid UTF-8, unless `binaryType` was changed.
  socket.listener.message(Buffer.isBuffer(data) ? data.toString() : textOf(data));
}

function textOf(data: ArrayBuffer | Buffer[]): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)).toString();
}

/** Invalid framing: `ws` has already sent the close frame and ignores further data. */
function onError(this: WebSocket, error: Error & { readonly code?: string }): void {
  end(this, faultCode(error.code));
}

function onClose(this: WebSocket, code: number): void {
  end(this, code);
}

/** Notifies the listener once and releases it. */
function end(ws: WebSocket, code: number): void {
  const socket = (ws as Adapted)[adapter];
  const listener = socket?.listener;
  if (socket === undefined || listener === undefined) return;
  socket.listener = undefined;
  listener.closed(code);
}

function faultCode(code: string | undefined): number {
  switch (code) {
    case 'WS_ERR_INVALID_UTF8':
      return closeCode('invalid_payload').code;
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
      return closeCode('too_large').code;
    default:
      return code?.startsWith('WS_ERR_') === true
        ? closeCode('protocol_error').code
        : closeCode('connection_lost').code;
  }
}
