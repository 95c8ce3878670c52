import { type LimitedCallOptions, TimeLimit } from './deadlines.ts';
import {
  type CallOptions,
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';

export interface TicketStoreBreakerOptions {
  /** Time limit of each call, in milliseconds. Defaults to 2,000. */
  readonly timeoutMs?: number;
  /** The number of consecutive failures after which calls fail at once. Defaults to 5. */
  readonly maxFailures?: number;
  /** How long calls fail at once before the first probe, in milliseconds. Doubles with each failed probe. Defaults to 1,000. */
  readonly minOpenMs?: number;
  /** Upper limit of that time, in milliseconds. Defaults to 10,000. */
  readonly maxOpenMs?: number;
  /** Maximum number of calls that wait for the store. Further ones fail at once. Defaults to 5,000. */
  readonly maxPendingCalls?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

/**
 * A ticket store whose calls always settle: it adds a time limit and a circuit breaker to another store.
 *
 * - A call that the store does not answer in time rejects with `TicketStoreUnavailable`. A command that was already sent may still
 *   take effect: a late `consume` invalidates its ticket.
 * - After several consecutive timeouts or `TicketStoreUnavailable` errors of one method, its calls fail at once. After a while, one
 *   call at a time is passed to the store as a probe. The first answer ends the outage.
 * - Each method has its own circuit: a full store cannot issue tickets, but still consumes and revokes them.
 */
export class TicketStoreBreaker implements TicketStore {
  readonly #store: TicketStore;
  readonly #limit: TimeLimit;
  readonly #maxPendingCalls: number;
  readonly #circuits: Readonly<Record<keyof TicketStore, Circuit>>;

  /** @throws RangeError if an option is invalid. The message names the option. */
  constructor(store: TicketStore, options: TicketStoreBreakerOptions = {}) {
    const timeoutMs = positive('timeoutMs', options.timeoutMs ?? 2_000);
    const maxFailures = positive('maxFailures', options.maxFailures ?? 5);
    const minOpenMs = positive('minOpenMs', options.minOpenMs ?? 1_000);
    const maxOpenMs = Math.max(minOpenMs, positive('maxOpenMs', options.maxOpenMs ?? 10_000));
    const now = options.now ?? (() => performance.now());
    this.#store = store;
    this.#maxPendingCalls = positive('maxPendingCalls', options.maxPendingCalls ?? 5_000);
    this.#limit = new TimeLimit(
      timeoutMs,
      (name) => new TicketStoreUnavailable(`the ticket store did not answer ${name} within ${timeoutMs} ms`),
    );
    const newCircuit = (): Circuit => new Circuit({ maxFailures, minOpenMs, maxOpenMs, now });
    this.#circuits = { issue: newCircuit(), consume: newCircuit(), revokeSession: newCircuit() };
  }

  /** @param options `onLate` receives a result that arrives after the time limit. */
  issue(claims: TicketClaims, startsInMs = 0, options?: LimitedCallOptions<IssueResult>): Promise<IssueResult> {
    return this.#call('issue', (call) => this.#store.issue(claims, startsInMs, call), options);
  }

  /** @param options `onLate` receives a result that arrives after the time limit. Its ticket is consumed. */
  consume(ticket: string, endpoint: string, options?: LimitedCallOptions<ConsumeResult>): Promise<ConsumeResult> {
    return this.#call('consume', (call) => this.#store.consume(ticket, endpoint, call), options);
  }

  revokeSession(session: string, options?: LimitedCallOptions<number>): Promise<number> {
    return this.#call('revokeSession', (call) => this.#store.revokeSession(session, call), options);
  }

  async #call<T>(
    name: keyof TicketStore,
    call: (options: CallOptions) => Promise<T>,
    options: LimitedCallOptions<T> = {},
  ): Promise<T> {
    options.signal?.throwIfAborted();
    if (this.#limit.pendingCount >= this.#maxPendingCalls) {
      throw new TicketStoreUnavailable(`${this.#maxPendingCalls} calls already wait for the ticket store`);
    }
    const report = this.#circuits[name].enter(name);
    try {
      const result = await this.#limit.run(name, call, options);
      report('answered');
      return result;
    } catch (error) {
      if (error instanceof TicketStoreUnavailable) report('failed');
      else report(options.signal?.aborted === true ? 'canceled' : 'answered');
      throw error;
    }
  }
}

/** `canceled`: the caller stopped waiting, so the call says nothing about the store. */
type CallOutcome = 'answered' | 'failed' | 'canceled';

type CircuitLimits = Required<Pick<TicketStoreBreakerOptions, 'maxFailures' | 'minOpenMs' | 'maxOpenMs' | 'now'>>;

/** Counts the failures of one method. While it is open, calls fail at once. */
class Circuit {
  readonly #limits: CircuitLimits;
  #failures = 0;
  #openMs: number;
  /** When the next probe may start, in monotonic milliseconds. `undefined` while the circuit is closed. */
  #openUntil: number | undefined;
  #isProbing = false;
  /** Increases when the circuit opens, so that calls from before do not change its state. */
  #generation = 0;

  constructor(limits: CircuitLimits) {
    this.#limits = limits;
    this.#openMs = limits.minOpenMs;
  }

  /**
   * Begins a call.
   * @returns a function that must be called once with the outcome.
   * @throws TicketStoreUnavailable if the circuit is open and the call is not a probe.
   */
  enter(name: string): (outcome: CallOutcome) => void {
    if (this.#openUntil !== undefined) {
      if (this.#isProbing || this.#limits.now() < this.#openUntil) {
        throw new TicketStoreUnavailable(`${name} was not sent: the ticket store failed several times in succession`);
      }
      this.#isProbing = true;
      return (outcome) => {
        this.#endProbe(outcome);
      };
    }
    const generation = this.#generation;
    return (outcome) => {
      if (generation !== this.#generation) return;
      if (outcome === 'answered') this.#failures = 0;
      if (outcome === 'failed') this.#failures += 1;
      if (this.#failures >= this.#limits.maxFailures) this.#open();
    };
  }

  #open(): void {
    this.#generation += 1;
    this.#openUntil = this.#limits.now() + this.#openMs;
  }

  #endProbe(outcome: CallOutcome): void {
    this.#isProbing = false;
    if (outcome === 'failed') {
      this.#openMs = Math.min(this.#openMs * 2, this.#limits.maxOpenMs);
      this.#open();
    } else if (outcome === 'answered') {
      this.#failures = 0;
      this.#openMs = this.#limits.minOpenMs;
      this.#openUntil = undefined;
    }
  }
}

function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer`);
  return value;
}
