import { createMemoryTicketStore } from '../memory-ticket-store.ts';
import type { CallOptions, ConsumeResult, IssueResult, TicketClaims, TicketStore } from '../ticket-store.ts';

/** A memory store that can stop responding. It ignores signals, like a command that was already sent to a server. */
export class PausableTicketStore implements TicketStore {
  readonly #store = createMemoryTicketStore();
  #paused: PromiseWithResolvers<undefined> | undefined;
  /** The signals of the calls that arrived since the last pause. */
  signals: AbortSignal[] = [];
  #onArrival: () => void = () => undefined;

  /** Stops responding. */
  pause(): void {
    this.#paused = Promise.withResolvers();
    this.signals = [];
  }

  /** Resolves when this many calls have arrived since the last pause. Does not advance a fake clock, as `expect.poll` does. */
  async arrived(count: number): Promise<void> {
    while (this.signals.length < count) {
      await new Promise<void>((resolve) => {
        this.#onArrival = resolve;
      });
    }
  }

  /** Responds to new calls. Calls that arrived during the pause never get a reply. */
  recover(): void {
    this.#paused = undefined;
  }

  /** Responds to new calls and to those that arrived during the pause. */
  resume(): void {
    this.#paused?.resolve(undefined);
    this.#paused = undefined;
  }

  async issue(claims: TicketClaims, startsInMs?: number, options?: CallOptions): Promise<IssueResult> {
    await this.#arrive(options);
    return this.#store.issue(claims, startsInMs);
  }

  async consume(ticket: string, endpoint: string, options?: CallOptions): Promise<ConsumeResult> {
    await this.#arrive(options);
    return this.#store.consume(ticket, endpoint);
  }

  async revokeSession(session: string, options?: CallOptions): Promise<number> {
    await this.#arrive(options);
    return this.#store.revokeSession(session);
  }

  async #arrive({ signal }: CallOptions = {}): Promise<void> {
    if (signal !== undefined) this.signals.push(signal);
    this.#onArrival();
    await this.#paused?.promise;
  }
}
