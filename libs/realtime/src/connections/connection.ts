import type { Frame } from './frame.ts';

/** Who sits at a connection. Judged by the app before the socket existed; the hub never looks behind it. */
export interface Identity {
  readonly user: string;
  /** What is signed out of; all connections of it close together. Never shown to anybody. */
  readonly session: string;
  readonly roles: readonly string[];
  /** For operators. */
  readonly address?: string | undefined;
  /** For operators. */
  readonly origin?: string | undefined;
}

/** One open socket and who sits at it. To hang data of one's own on it use a `WeakMap` or `onClosed`. */
export interface Connection {
  /** Random, unique over all nodes; not a secret. */
  readonly id: string;
  /** Its roles may be others after a renewal; user and session never are. */
  readonly identity: Identity;
  /** Unix milliseconds. */
  readonly openedAt: number;
  /** When the connection ends unless it is renewed, in Unix seconds. */
  readonly lease: number;
  /** Whether it is still served. Once `false` it stays so, and whatever is sent goes nowhere. */
  readonly open: boolean;
  /** Bytes that wait for the client. */
  readonly bufferedBytes: number;
  /** Requests that have not been answered yet. */
  readonly inFlight: number;
  /**
   * Sends a frame that was encoded once for many (`connections.encode`). Never throws. A client that lets more than
   * `limits.bufferedBytes` wait is closed with 4009.
   */
  send(frame: Frame): void;
}
