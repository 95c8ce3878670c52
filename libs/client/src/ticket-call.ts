import type { TicketFunction } from './options.ts';
import { TimedOut } from './errors.ts';
import type { Timers } from './timers.ts';

/** Asks for tickets, one at a time. What comes too late, or after a cancel, is dropped and opens nothing. */
export class TicketCall {
  readonly #ticket: TicketFunction;
  readonly #limitMs: number;
  readonly #timers: Timers;
  #call: AbortController | undefined;

  constructor(ticket: TicketFunction, limitMs: number, timers: Timers) {
    this.#ticket = ticket;
    this.#limitMs = limitMs;
    this.#timers = timers;
  }

  /** Calls one of the two, once, unless it is cancelled. `waitMs`: how long the ticket is not to be used yet. */
  ask(got: (ticket: string, waitMs: number) => void, failed: (error: unknown) => void): void {
    const call = (this.#call = new AbortController());
    const settle = (then: () => void): void => {
      if (this.#call !== call) return;
      this.#call = undefined;
      this.#timers.clear(timer);
      then();
    };
    const timer = this.#timers.set(this.#limitMs, () => {
      settle(() => {
        call.abort();
        failed(new TimedOut());
      });
    });
    const ask = async (): Promise<void> => {
      try {
        const { ticket, connectAfterMs } = await this.#ticket(call.signal);
        if (typeof ticket !== 'string' || ticket === '') throw new TypeError('no ticket in the answer');
        settle(() => {
          got(ticket, connectAfterMs > 0 ? connectAfterMs : 0);
        });
      } catch (error) {
        settle(() => {
          failed(error);
        });
      }
    };
    void ask();
  }

  cancel(): void {
    const call = this.#call;
    this.#call = undefined;
    call?.abort();
  }
}
