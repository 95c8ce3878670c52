import type { RawFrame } from '@usher/protocol';
import type { Socket } from '../options.ts';

type SocketState = 'connecting' | 'open' | 'closed';

/** What a fake socket tells its server. */
export interface FakeSocketEnd {
  dialled(socket: FakeSocket): void;
  received(socket: FakeSocket, frame: RawFrame): void;
}

/** The client's end of a connection that has no network, and the levers of its other end. */
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
  /** Set when the client has closed it. */
  closedByClient: number | undefined;
  readonly #end: FakeSocketEnd;

  constructor(end: FakeSocketEnd, url: string, protocol: string) {
    this.#end = end;
    this.url = new URL(url);
    this.ticket = this.url.searchParams.get('ticket') ?? '';
    this.protocol = protocol;
    queueMicrotask(() => {
      if (this.state === 'connecting') end.dialled(this);
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
    // As a real one does: late, and to whoever still listens.
    queueMicrotask(() => this.onclose?.({ code, reason: '' } as CloseEvent));
  }

  /** The server accepts the handshake. */
  accept(): void {
    if (this.state !== 'connecting') return;
    this.state = 'open';
    this.onopen?.({} as never);
  }

  /** The server says something: a frame, or whatever text it is. */
  say(frame: object | string): void {
    if (this.state !== 'open') return;
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.onmessage?.({ data } as MessageEvent);
  }

  /** The server closes, or refuses the handshake (a browser is told 1006 then), or the network breaks. */
  end(code = 1006, reason = ''): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.onclose?.({ code, reason } as CloseEvent);
  }
}
