import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A frame of the server. */
export interface ReceivedFrame {
  readonly type: string;
  readonly id?: number;
  readonly [field: string]: unknown;
}

export interface Refusal {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: { readonly code?: string; readonly title?: string; readonly retryAfterMs?: number };
}

/** A real WebSocket client that queues received frames. */
export class TestSocket {
  readonly ws: WebSocket;
  /** The received frames that were not taken yet, oldest first. */
  readonly received: ReceivedFrame[] = [];
  /** Resolves to the close code. */
  readonly closed: Promise<number>;
  /** The close reason. */
  closeReason = '';
  #lastId = 0;
  #wake: (() => void)[] = [];
  #over = false;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ReceivedFrame;
      if (frame.type === 'beat') ws.send('{"type":"beat"}');
      this.received.push(frame);
      this.#wakeAll();
    });
    this.closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => {
        this.closeReason = reason.toString();
        this.#over = true;
        this.#wakeAll();
        resolve(code);
      });
    });
    // Errors are visible in the close code.
    ws.on('error', () => undefined);
  }

  /** Takes the next matching frame. Rejects if the socket closes before. */
  async take(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    for (;;) {
      const index = this.received.findIndex(fits);
      const [frame] = index < 0 ? [] : this.received.splice(index, 1);
      if (frame !== undefined) return frame;
      if (this.#over) throw new Error('the socket was closed before the frame was received');
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Takes the next frame of a type. */
  next(type: string): Promise<ReceivedFrame> {
    return this.take((frame) => frame.type === type);
  }

  /** Sends a request and takes its `reply` or `error` frame. */
  ask(type: string, params: object = {}): Promise<ReceivedFrame> {
    const id = ++this.#lastId;
    this.ws.send(JSON.stringify({ type, id, ...params }));
    return this.take((frame) => frame.id === id && (frame.type === 'reply' || frame.type === 'error'));
  }

  /** Like `ask`, but resolves to the data of the reply and rejects on an error. */
  async data(type: string, params: object = {}): Promise<Record<string, unknown>> {
    const reply = await this.ask(type, params);
    if (reply.type !== 'reply') throw new Error(`${type} failed with ${String(reply['code'])}`);
    return reply['data'] as Record<string, unknown>;
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export interface DialOptions {
  readonly protocols?: readonly string[];
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Attempts a handshake. Resolves to an open socket or to the rejection. */
export function dial(url: string, options: DialOptions = {}): Promise<TestSocket | Refusal> {
  const { protocols = ['usher.v1'], ...rest } = options;
  const ws = new WebSocket(url, [...protocols], { ...rest, handshakeTimeout: 10_000 });
  const socket = new TestSocket(ws);
  return new Promise((resolve, reject) => {
    ws.once('open', () => {
      resolve(socket);
    });
    ws.once('error', reject);
    ws.once('unexpected-response', (request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        request.destroy();
        const text = Buffer.concat(chunks).toString();
        const body = (text === '' ? {} : JSON.parse(text)) as Refusal['body'];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
  });
}
