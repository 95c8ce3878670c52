import type { ProblemCode } from '@usher/protocol';

/** The server's answer to the ticket call was no. Thrown by ticket functions; holds nothing secret. */
export class TicketRefused extends Error {
  override readonly name = 'TicketRefused';
  readonly code: ProblemCode;
  /** The HTTP status. */
  readonly status: number;
  /** Whether asking again is of no use until a person signs in. */
  readonly terminal: boolean;
  /** How long the server wants one to wait before the next try, in ms. */
  readonly retryAfterMs: number | undefined;

  /**
   * @param terminal unless told: 401 always is, 403 too; everything else may heal
   */
  constructor(
    code: ProblemCode,
    status: number,
    { text, retryAfterMs, terminal = status === 401 || status === 403 }: TicketRefusedOptions = {},
  ) {
    super(text ?? code);
    this.code = code;
    this.status = status;
    this.terminal = terminal;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface TicketRefusedOptions {
  /** Words for a person. */
  readonly text?: string;
  readonly retryAfterMs?: number | undefined;
  readonly terminal?: boolean;
}
