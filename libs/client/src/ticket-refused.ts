import type { ProblemCode } from '@usher/protocol';

/** The server's answer to the ticket call was no. Thrown by ticket functions; holds nothing secret. */
export class TicketRefused extends Error {
  override readonly name: string = 'TicketRefused';
  readonly code: ProblemCode;
  /** The HTTP status. */
  readonly status: number;
  /** Whether asking again is of no use until a person signs in. */
  readonly terminal: boolean;
  /** How long the server wants one to wait before the next try, in ms. */
  readonly retryAfterMs: number | undefined;

  /** @param terminal unless told: 401 and 403 are, everything else may heal */
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
