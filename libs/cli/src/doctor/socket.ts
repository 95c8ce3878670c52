import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { type HttpResponse, networkFailure, readResponse, tlsOptions } from './http.ts';
import type { Target } from './options.ts';

/** The largest frame that a server sends, in bytes. */
const maxPayload = 512 * 1024;

/** More frames are not kept. */
const maxFrames = 1_000;

export type Frame = Readonly<Record<string, unknown>>;

export interface Closed {
  readonly code: number;
  /** Since the last frame in either direction, in milliseconds. */
  readonly silentMs: number;
}

/** An open WebSocket that keeps the frames that arrive. */
export class DoctorSocket {
  readonly openedAt = performance.now();
  readonly closed: Promise<Closed>;
  readonly #ws: WebSocket;
  readonly #frames: Frame[] = [];
  readonly #waiting = new Set<() => void>();
  #lastFrameAt = this.openedAt;
  #isClosed = false;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('message', (data: Buffer) => {
      this.#lastFrameAt = performance.now();
      const frame = parse(data.toString());
      if (frame !== undefined && this.#frames.length < maxFrames) this.#frames.push(frame);
      this.#notify();
    });
    this.closed = new Promise((resolve) => {
      ws.once('close', (code: number) => {
        this.#isClosed = true;
        resolve({ code, silentMs: performance.now() - this.#lastFrameAt });
        this.#notify();
      });
    });
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(frame: object): void {
    this.#lastFrameAt = performance.now();
    if (!this.#isClosed) this.#ws.send(JSON.stringify(frame));
  }

  /** Resolves to the first frame that matches, or to `undefined` when the time limit is reached or the socket has closed. */
  async waitFor(matches: (frame: Frame) => boolean, ms: number): Promise<Frame | undefined> {
    const deadline = performance.now() + ms;
    for (;;) {
      const found = this.#frames.find(matches);
      const left = deadline - performance.now();
      if (found !== undefined || this.#isClosed || left <= 0) return found;
      await this.#change(left);
    }
  }

  /** Closes the socket. Resolves when it is closed, at most after `ms`. */
  async close(ms: number): Promise<void> {
    this.#ws.close(1000);
    const timer = setTimeout(() => {
      this.#ws.terminate();
    }, ms);
    await this.closed;
    clearTimeout(timer);
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  #notify(): void {
    for (const done of this.#waiting) done();
  }
}

function parse(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Frame) : undefined;
  } catch {
    return undefined;
  }
}

export type HandshakeResult =
  | { readonly kind: 'open'; readonly socket: DoctorSocket }
  | { readonly kind: 'refused'; readonly response: HttpResponse }
  /** The response violated RFC 6455, or there was none in time. */
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Opens a WebSocket with a ticket, as a page of `target.origin` does.
 *
 * @throws Fatal if the host is not reachable
 */
export async function openSocket(target: Target, ticket: string): Promise<HandshakeResult> {
  const { socketUrl, protocol, origin, ca, timeoutMs } = target;
  const url = new URL(socketUrl);
  url.searchParams.set('ticket', ticket);
  const options = { origin, maxPayload, handshakeTimeout: timeoutMs, perMessageDeflate: false };
  const ws = new WebSocket(url, protocol, { ...options, ...tlsOptions(ca) });
  return new Promise((resolve, reject) => {
    ws.once('upgrade', () => {
      const socket = new DoctorSocket(ws);
      ws.once('open', () => {
        resolve({ kind: 'open', socket });
      });
    });
    ws.on('unexpected-response', (request, response: IncomingMessage) => {
      // Node keeps the connection open if the proxy does. `request.destroy` does not end it then.
      const { socket } = response;
      const timer = setTimeout(() => request.destroy(), timeoutMs);
      readResponse(response)
        .then(
          (read) => {
            resolve({ kind: 'refused', response: read });
          },
          () => {
            resolve({ kind: 'failed', message: 'the response is incomplete' });
          },
        )
        .finally(() => {
          clearTimeout(timer);
          socket.destroy();
        });
    });
    // Stays attached: an error of an open socket, such as a reset, is followed by `close`.
    ws.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('WS_ERR_') !== true && error.code !== undefined && error.code !== 'ECONNRESET') {
        reject(networkFailure(error, url, timeoutMs));
      } else {
        resolve({ kind: 'failed', message: error.message });
      }
    });
  });
}
