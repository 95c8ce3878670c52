import type { ProblemCode } from '@usher/protocol';

/** The server denied a ticket. Thrown by ticket functions. Contains no secret. */
export class TicketRefused extends Error {
  override readonly name: string = 'TicketRefused';
  readonly code: ProblemCode;
  /** The HTTP status. */
  readonly status: number;
  /** Whether a retry cannot succeed until the user signs in again. */
  readonly terminal: boolean;
  /** How long to wait before a retry, in ms. */
  readonly retryAfterMs: number | undefined;

  /** @param terminal defaults to `true` for 401 and 403, and to `false` for any other status */
  constructor(
    code: ProblemCode,
    status: number,
    message: string = code,
    retryAfterMs?: number,
    terminal = status === 401 || status === 403,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.terminal = terminal;
    this.retryAfterMs = retryAfterMs;
  }
}
