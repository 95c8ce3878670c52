import { parseFrame, type RawFrame } from '@usher/protocol';
import { RequestFailed } from './errors.ts';
import type { Socket, TicketSocketOptions } from './options.ts';

export interface WireListener {
  readonly opened: () => void;
  /** Anything that came, were it only noise, is a sign of life; the frame where it is one. */
  readonly heard: (frame: RawFrame | undefined) => void;
  readonly closed: (code: number, reason: string) => void;
}

/** One socket, from the dial to its end. */
export class Wire {
  readonly #socket: Socket;

  /** @throws whatever the WebSocket throws at an address that is none. Its message shows the ticket: it is not to be shown. */
  constructor(options: TicketSocketOptions, ticket: string, { opened, heard, closed }: WireListener) {
    const { url, protocol = 'usher.v1', WebSocket = globalThis.WebSocket } = options;
    const address = typeof url === 'function' ? url() : url;
    const query = `${address.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
    const socket = (this.#socket = new WebSocket(address + query, protocol));
    socket.onopen = opened;
    socket.onmessage = ({ data }) => {
      heard(parseFrame(data));
    };
    socket.onclose = ({ code, reason }) => {
      closed(code, reason);
    };
    // What there is to know comes with `onclose`. The `ws` package throws where nobody listens.
    socket.onerror = () => undefined;
  }

  /** @throws RequestFailed `too_long`: the server would close for a frame above its limit (1009). */
  send(frame: object, mostBytes: number): void {
    const text = JSON.stringify(frame);
    // A UTF-16 unit is at most three bytes; only what may be too long is measured.
    if (text.length * 3 > mostBytes && new TextEncoder().encode(text).length > mostBytes) {
      throw new RequestFailed('too_long', 'larger than a frame may be');
    }
    this.#socket.send(text);
  }

  /** Closes; nothing is heard of it any more. */
  hangUp(): void {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }
}
