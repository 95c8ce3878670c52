import type { Frame } from './frame.ts';

/**
 * The identity that a connection acts as. The application authenticates it before the socket opens; this package never interprets
 * it.
 */
export interface Identity {
  readonly user: string;
  /** The unit of revocation: all connections of a session close together. Must not be shown to other users. */
  readonly session: string;
  readonly roles: readonly string[];
  /** For operators only. */
  readonly address?: string | undefined;
  /** For operators only. */
  readonly origin?: string | undefined;
  /** For operators only. Connections of the same browser should share one string, because all of them are kept. */
  readonly userAgent?: string | undefined;
  /** Names the ticket call that led to this connection, for operators. */
  readonly receipt?: string | undefined;
}

/** One open socket and its identity. To attach your own data, use a `WeakMap` or `onClosed`. */
export interface Connection {
  /** Random and unique across all nodes. Not a secret. */
  readonly id: string;
  /** A renewal may change the roles. The user and the session never change. */
  readonly identity: Identity;
  /** Unix milliseconds. */
  readonly openedAt: number;
  /** Milliseconds since the connection opened, independent of changes of the system time. */
  readonly openForMs: number;
  /** When the lease ends, in Unix seconds. */
  readonly lease: number;
  /** Whether the connection is still served. Once `false`, it stays `false` and `send` does nothing. */
  readonly open: boolean;
  /** Bytes that have not reached the kernel yet. */
  readonly bufferedBytes: number;
  /** The number of unanswered requests. */
  readonly inFlight: number;
  /** Milliseconds from the last `beat` to its answer. `undefined` before the first answer. */
  readonly roundTripMs: number | undefined;
  /** The number of requests that were answered with `rate_limited` and of signals that were dropped. */
  readonly rateLimited: number;
  /**
   * Sends a frame that `connections.encode` encoded once for many receivers. Never throws. Closes the connection with 4009 if more
   * than `limits.bufferedBytes` are buffered.
   */
  send(frame: Frame): void;
}
