import type { Frame } from '../connections/frame.ts';
import type { Socket, SocketListener } from '../connections/socket.ts';

/** A decoded frame. */
export interface ReceivedFrame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * A socket without a network, from the perspective of the client.
 *
 * ```ts
 * const client = createFakeSocket();
 * client.listener = connections.open(client, identity).listener;
 * client.say({ type: 'ping', id: 1 });
 * await client.until((frame) => frame.id === 1);
 * ```
 */
export interface FakeSocket extends Socket {
  /** The listener that `open` returned. Set it directly after `open`. */
  listener: SocketListener | undefined;
  /** All received frames, in order. */
  readonly frames: ReceivedFrame[];
  /** The received `Frame` objects, to check which ones are shared. */
  readonly raw: Frame[];
  /** The close frame of the server. */
  readonly closedWith: { readonly code: number; readonly reason: string } | undefined;
  readonly terminated: boolean;
  /** Set it to simulate a client that does not read. */
  bufferedBytes: number;
  /** Whether the client responds to a close frame of the server. Defaults to true. */
  answersClose: boolean;
  /** Sends a frame to the server: an object as JSON, a string unchanged. */
  sendFrame(frame: object | string): void;
  /** Ends the connection on the client side. */
  disconnect(code?: number): void;
  /** Resolves to the first received frame that matches, waiting for it if necessary. */
  waitFor(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame>;
  /** Sends a request and resolves to its reply or error. */
  request(type: string, params?: object): Promise<ReceivedFrame>;
  /** The received frames of one type. */
  received(type: string): ReceivedFrame[];
}

export function createFakeSocket(): FakeSocket {
  return new Fake();
}

class Fake implements FakeSocket {
  listener: SocketListener | undefined = undefined;
  readonly frames: ReceivedFrame[] = [];
  readonly raw: Frame[] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined = undefined;
  terminated = false;
  bufferedBytes = 0;
  answersClose = true;
  #gone = false;
  #lastId = 0;
  #waiting: { readonly fits: (frame: ReceivedFrame) => boolean; readonly resolve: (frame: ReceivedFrame) => void }[] =
    [];

  send(frame: Frame): void {
    if (this.#gone || this.closedWith !== undefined) return;
    this.raw.push(frame);
    const received = JSON.parse(frame.text) as ReceivedFrame;
    this.frames.push(received);
    this.#waiting = this.#waiting.filter(({ fits, resolve }) => {
      if (!fits(received)) return true;
      resolve(received);
      return false;
    });
  }

  close(code: number, reason: string): void {
    if (this.#gone || this.closedWith !== undefined) return;
    this.closedWith = { code, reason };
    if (this.answersClose) {
      queueMicrotask(() => {
        this.disconnect(code);
      });
    }
  }

  terminate(): void {
    this.terminated = true;
    this.disconnect(1006);
  }

  sendFrame(frame: object | string): void {
    this.listener?.message(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  disconnect(code = 1001): void {
    if (this.#gone) return;
    this.#gone = true;
    this.listener?.closed(code);
  }

  waitFor(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    const present = this.frames.find(fits);
    if (present !== undefined) return Promise.resolve(present);
    return new Promise((resolve) => {
      this.#waiting.push({ fits, resolve });
    });
  }

  request(type: string, params: object = {}): Promise<ReceivedFrame> {
    const id = ++this.#lastId;
    this.sendFrame({ id, type, ...params });
    return this.waitFor((frame) => (frame.type === 'reply' || frame.type === 'error') && frame['id'] === id);
  }

  received(type: string): ReceivedFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}
