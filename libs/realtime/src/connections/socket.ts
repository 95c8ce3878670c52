import type { Frame } from './frame.ts';

/** All that the hub needs of a socket. An adapter (`/ws`) is thin; tests use a plain object. */
export interface Socket {
  /**
   * Hands over one text frame. Frames leave in order, those of one turn of the event loop together.
   * Never throws; on a closed socket it does nothing.
   */
  send(frame: Frame): void;
  /** Starts the closing handshake after what was sent before. */
  close(code: number, reason: string): void;
  /** Cuts the connection without a word. */
  terminate(): void;
  /** Bytes handed over that have not reached the kernel yet. */
  readonly bufferedBytes: number;
}

/** What the adapter tells the hub; attached synchronously, before the first byte can arrive. */
export interface SocketListener {
  message(text: string): void;
  /** Once, whoever closed. `code` as RFC 6455 §7.1.5 has it: 1005 without a status, 1006 without a closing handshake. */
  closed(code: number): void;
}
