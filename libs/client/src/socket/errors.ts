import type { ProblemCode } from '@usher/protocol';

/** The server rejected a request with an error, or the client rejected the request before sending it. */
export class RequestFailed extends Error {
  /**
   * An error code of the protocol. The client itself uses two of them: `too_long` (the frame exceeds the server's limit) and
   * `rate_limited` (too many requests are pending).
   */
  declare readonly code: string;
  /** How long to wait before a retry, in ms. */
  declare readonly retryAfterMs: number | undefined;
  override readonly name: string = 'RequestFailed';

  constructor(code: string, message = code, retryAfterMs?: number) {
    super(message);
    Object.assign(this, { code, retryAfterMs });
  }
}

/** Returns a `RequestFailed` as it is, and `internal` for any other error. */
export function toRequestFailed(error: unknown): RequestFailed {
  return error instanceof RequestFailed ? error : new RequestFailed('internal');
}

/** There is no connection, or it was lost before the reply. The server may have processed the request. */
export class Disconnected extends Error {
  override readonly name: string = 'Disconnected';

  constructor() {
    super('not connected');
  }
}

/** No reply arrived in time. The server may have processed the request. */
export class TimedOut extends Error {
  override readonly name: string = 'TimedOut';

  constructor() {
    super('no response in time');
  }
}

/** The server denied a ticket. Thrown by ticket functions. Contains no secret. */
export class TicketRefused extends Error {
  declare readonly code: ProblemCode;
  /** The HTTP status. */
  declare readonly status: number;
  /** Whether a retry cannot succeed until the user signs in again. */
  declare readonly terminal: boolean;
  /** How long to wait before a retry, in ms. */
  declare readonly retryAfterMs: number | undefined;
  /** Identifies the ticket call for operators. Set by `fetchTicket`. */
  declare receipt?: string | undefined;
  override readonly name: string = 'TicketRefused';

  /** @param terminal defaults to `true` for 401 and 403, and to `false` for any other status */
  constructor(
    code: ProblemCode,
    status: number,
    message: string = code,
    retryAfterMs?: number,
    terminal = status === 401 || status === 403,
  ) {
    super(message);
    Object.assign(this, { code, status, terminal, retryAfterMs });
  }
}

/**
 * The server cannot refresh the token now. The session continues. A socket treats it as a retryable rejection of the ticket call: it
 * reconnects, at the earliest after `retryAfterMs`.
 */
export class RefreshRefused extends TicketRefused {
  override readonly name: string = 'RefreshRefused';

  constructor(code: ProblemCode, status: number, retryAfterMs?: number) {
    super(code, status, code, retryAfterMs, false);
  }
}

/** The session has ended and cannot be refreshed. Thrown by `refresh`. Contains no secret. */
export class SessionEnded extends Error {
  /** The reason for the `signed_out` state; with Usher's server one of its end causes. */
  readonly reason: string;
  override readonly name: string = 'SessionEnded';

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** The outbox of a room has reached its limit. */
export class OutboxFull extends Error {
  override readonly name: string = 'OutboxFull';

  constructor(message = 'outbox full') {
    super(message);
  }
}
