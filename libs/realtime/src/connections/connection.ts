import type { Protocol, ServerParams, ServerReply, ServerRequestType } from '@usher/protocol';
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
  /** Identifies the ticket call that led to this connection, for operators. */
  readonly receipt?: string | undefined;
}

/**
 * One open socket and its identity.
 *
 * @typeParam P the protocol; determines the requests that the server can send
 * @typeParam D the data that the application attaches (`ConnectionsOptions.data`)
 */
export interface Connection<P extends Protocol = Protocol, D extends object = object> {
  /** Random and unique across all nodes. Not a secret. */
  readonly id: string;
  /** A renewal may change the roles. The user and the session never change. */
  readonly identity: Identity;
  /** Data of the application, which it may change. Created by `ConnectionsOptions.data`; defaults to an empty object. */
  readonly data: D;
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
  /** The number of pending requests. */
  readonly inFlight: number;
  /** Milliseconds from the last `beat` to its reply. `undefined` before the first reply. */
  readonly roundTripMs: number | undefined;
  /** The number of requests that were rejected with `rate_limited` and of signals that were dropped. */
  readonly rateLimited: number;
  /**
   * Sends a frame that `connections.encode` encoded once for many receivers. Never throws. Closes the connection with 4009 if more
   * than `limits.bufferedBytes` are buffered.
   */
  send(frame: Frame): void;
  /**
   * Sends a frame, or drops it if more than `limits.volatileBytes` are buffered. For frequent events of which only the latest matters.
   *
   * @returns whether it was sent
   */
  sendVolatile(frame: Frame): boolean;
  /**
   * Sends a request to the client and resolves to its validated reply. Rejects with `ServerRequestFailed`: `timed_out`, `disconnected`,
   * `bad_reply`, `too_many_requests`, or the code that the client sent. After the first two, the client may have processed the request.
   *
   * @param options `timeoutMs`: how long to wait, in milliseconds; defaults to `ConnectionsOptions.serverRequestTimeoutMs`
   * @throws TypeError if the protocol has no such request
   */
  request<T extends ServerRequestType<P>>(
    type: T,
    params: ServerParams<P, T>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ServerReply<P, T>>;
}
