import type { ProblemCode } from '@usher/protocol';
import { TicketRefused } from '../ticket-refused.ts';

/** The session has ended for good: there will be no token any more. Thrown by `refresh`; holds nothing secret. */
export class SessionOver extends Error {
  /** Why, for the state that follows: with Usher's server one of its end causes. */
  readonly reason: string;
  override readonly name: string = 'SessionOver';

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The server has no token to give right now; signs nobody out. To a socket it is what a ticket is that can be asked for again: it
 * comes back, and not before the server wants it.
 */
export class RefreshRefused extends TicketRefused {
  override readonly name: string = 'RefreshRefused';

  constructor(code: ProblemCode, status: number, retryAfterMs?: number) {
    super(code, status, code, retryAfterMs, false);
  }
}
