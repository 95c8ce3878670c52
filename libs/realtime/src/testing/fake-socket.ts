import type { Frame } from '../connections/frame.ts';
import type { Socket, SocketListener } from '../connections/socket.ts';

/** A frame as a client reads it. */
export interface ReceivedFrame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * A socket without a network, seen from the client's side.
 *
 * ```ts
 * const client = createFakeSocket();
 * client.listener = connections.open(client, identity).listener;
 * client.say({ type: 'ping', id: 1 });
 * await client.until((frame) => frame.id === 1);
 * ```
 */
export interface FakeSocket extends Socket {
  /** What the hub gave for this socket; set it right after `open`. */
  listener: SocketListener | undefined;
  /** All frames that came, in order. */
  readonly frames: ReceivedFrame[];
  /** The frame objects themselves, to see what is shared. */
  readonly raw: Frame[];
  /** How the server closed it. */
  readonly closedWith: { readonly code: number; readonly reason: string } | undefined;
  readonly terminated: boolean;
  /** Set it to play a client that does not read. */
  bufferedBytes: number;
  /** Whether a close of the server is answered at once, as a living client does. */
  answersClose: boolean;
  /** Says something to the server: an object as JSON, a string as it is. */
  say(frame: object | string): void;
  /** Ends the connection from the client's side. */
  hangUp(code?: number): void;
  /** The first frame that fits, which may have come already. Waits for it as long as the test runs. */
  until(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame>;
  /** Sends a request and waits for its reply or error. */
  ask(type: string, params?: object): Promise<ReceivedFrame>;
  /** The frames of one type. */
  of(type: string): ReceivedFrame[];
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
        this.hangUp(code);
      });
    }
  }

  terminate(): void {
    this.terminated = true;
    this.hangUp(1006);
  }

  say(frame: object | string): void {
    this.listener?.message(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  hangUp(code = 1001): void {
    if (this.#gone) return;
    this.#gone = true;
    this.listener?.closed(code);
  }

  until(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    const present = this.frames.find(fits);
    if (present !== undefined) return Promise.resolve(present);
    return new Promise((resolve) => {
      this.#waiting.push({ fits, resolve });
    });
  }

  ask(type: string, params: object = {}): Promise<ReceivedFrame> {
    const id = ++this.#lastId;
    this.say({ id, type, ...params });
    return this.until((frame) => (frame.type === 'reply' || frame.type === 'error') && frame['id'] === id);
  }

  of(type: string): ReceivedFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}
