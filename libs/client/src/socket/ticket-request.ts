import type { Reason } from './connection-state.ts';
import { TicketRefused, TimedOut } from './errors.ts';
import type { Identity } from './identity.ts';
import type { TicketFunction } from './options.ts';
import { type After, withTimeout } from './timing.ts';

/** The outcome of a ticket request: a ticket, or the reason why there is none. */
export type TicketOutcome = {
  /** Identifies the request for operators. */
  readonly receipt?: string | undefined;
} & (
  | {
      readonly ticket: string;
      /** How long to wait before the ticket is used, in ms. */
      readonly waitMs: number;
      /** The identity of the token that the request used, if the ticket function returns it. */
      readonly identity?: Identity | string | undefined;
      readonly failure?: undefined;
    }
  | {
      readonly ticket?: undefined;
      readonly identity?: undefined;
      /** The minimum delay before the next request, in ms. */
      readonly waitMs: number;
      /** The kind `refused` means that a retry cannot succeed until the user signs in again. */
      readonly failure: Reason;
    }
);

/**
 * Calls the ticket function once, with a timeout, and validates its result. Never rejects. Does not settle if the state that `after`
 * belongs to ends first.
 */
export async function callTicketFunction(get: TicketFunction, after: After, timeoutMs: number): Promise<TicketOutcome> {
  try {
    const { ticket, connectAfterMs, identity, receipt } = await withTimeout(after, timeoutMs, get);
    if (typeof ticket !== 'string' || !ticket) throw new TypeError();
    // Invalid delays count as 0.
    return { ticket, waitMs: connectAfterMs > 0 ? connectAfterMs : 0, identity, receipt };
  } catch (error) {
    if (!(error instanceof TicketRefused)) {
      return { waitMs: 0, failure: { kind: error instanceof TimedOut ? 'timeout' : 'unavailable' } };
    }
    const { code, message: text, terminal, retryAfterMs = 0, receipt } = error;
    return {
      waitMs: retryAfterMs > 0 ? retryAfterMs : 0,
      receipt,
      failure: { kind: terminal ? 'refused' : 'unavailable', code, text },
    };
  }
}
