import type { RawFrame } from '@usher/protocol';
import type { Socket } from '../socket/socket.ts';

type SocketState = 'connecting' | 'open' | 'closed';

/** The server side of a fake socket. */
export interface FakeSocketEnd {
  onDial(socket: FakeSocket): void;
  received(socket: FakeSocket, frame: RawFrame): void;
}

/** A WebSocket without a network. The test controls the server side with `accept`, `emit` and `end`. */
export class FakeSocket implements Socket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  readonly url: URL;
  readonly ticket: string;
  readonly protocol: string;
  readonly received: RawFrame[] = [];
  state: SocketState = 'connecting';
  /** The close code, if the client closed the socket. */
  closedByClient: number | undefined;
  readonly #end: FakeSocketEnd;

  constructor(closeByServer: FakeSocketEnd, url: string, protocol: string) {
    this.#end = closeByServer;
    this.url = new URL(url);
    this.ticket = this.url.searchParams.get('ticket') ?? '';
    this.protocol = protocol;
    queueMicrotask(() => {
      if (this.state === 'connecting') closeByServer.onDial(this);
    });
  }

  send(text: string): void {
    if (this.state === 'connecting') throw new Error('InvalidStateError');
    if (this.state === 'closed') return;
    const frame = JSON.parse(text) as RawFrame;
    this.received.push(frame);
    queueMicrotask(() => {
      if (this.state === 'open') this.#end.received(this, frame);
    });
  }

  close(code = 1005): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.closedByClient = code;
    // Asynchronous, as in a real WebSocket.
    queueMicrotask(() => this.onclose?.({ code, reason: '' } as CloseEvent));
  }

  /** The server accepts the handshake. */
  accept(): void {
    if (this.state !== 'connecting') return;
    this.state = 'open';
    this.onopen?.({} as never);
  }

  /** The server sends a frame, or raw text. */
  emit(frame: object | string): void {
    if (this.state !== 'open') return;
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.onmessage?.({ data } as MessageEvent);
  }

  /** The server closes the connection or rejects the handshake (browsers report 1006), or the network fails. */
  end(code = 1006, reason = ''): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.onclose?.({ code, reason } as CloseEvent);
  }
}
