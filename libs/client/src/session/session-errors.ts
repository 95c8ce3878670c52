import type { ProblemCode } from '@usher/protocol';
import { TicketRefused } from '../ticket-refused.ts';

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

/**
 * The server cannot refresh the token now. The session continues. A socket treats it as a retryable ticket refusal: it reconnects, at
 * the earliest after `retryAfterMs`.
 */
export class RefreshRefused extends TicketRefused {
  override readonly name: string = 'RefreshRefused';

  constructor(code: ProblemCode, status: number, retryAfterMs?: number) {
    super(code, status, code, retryAfterMs, false);
  }
}
