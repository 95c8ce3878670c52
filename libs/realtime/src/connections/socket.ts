import type { Frame } from './frame.ts';

/** What this package needs of a socket. `/ws` adapts the `ws` package; tests use a plain object. */
export interface Socket {
  /**
   * Queues one text frame. Frames are sent in order, and those of one event loop turn together. Never throws. Does nothing on a
   * closed socket.
   */
  send(frame: Frame): void;
  /** Starts the closing handshake after all queued frames. */
  close(code: number, reason: string): void;
  /** Destroys the socket without a closing handshake. */
  terminate(): void;
  /** Bytes queued that have not reached the kernel yet. */
  readonly bufferedBytes: number;
}

/** Receives the events of a socket. Attached synchronously, before the first byte can arrive. */
export interface SocketListener {
  message(text: string): void;
  /**
   * Called once, whichever side closed. `code` follows RFC 6455 §7.1.5: 1005 without a status, 1006 without a closing handshake.
   */
  closed(code: number): void;
}
