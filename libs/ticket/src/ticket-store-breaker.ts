import { CircuitBreaker, type CircuitBreakerOptions, positive } from './circuit-breaker.ts';
import { type LimitedCallOptions, TimeLimit } from './deadlines.ts';
import {
  type CallOptions,
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';

export interface TicketStoreBreakerOptions extends CircuitBreakerOptions {
  /** Time limit of each call, in milliseconds. Defaults to 2,000. */
  readonly timeoutMs?: number;
  /** Maximum number of calls that wait for the store. Further ones fail at once. Defaults to 5,000. */
  readonly maxPendingCalls?: number;
}

type StoreCall = Exclude<keyof TicketStore, 'ping'>;

/**
 * A ticket store whose calls always settle: it adds a time limit and a circuit breaker to another store.
 *
 * - A call rejects with `TicketStoreUnavailable` if the store does not reply in time. A command that was already sent may still
 *   take effect: a late `consume` invalidates its ticket.
 * - After several consecutive timeouts or `TicketStoreUnavailable` errors of one method, its calls fail at once. After a while, `ping` of
 *   the store or, without it, one call at a time is passed to the store as a probe. The first reply ends the outage.
 * - Each method has its own circuit: a full store cannot issue tickets, but still consumes and revokes them.
 */
export class TicketStoreBreaker implements TicketStore {
  readonly #store: TicketStore;
  readonly #limit: TimeLimit;
  readonly #maxPendingCalls: number;
  readonly #circuits: Readonly<Record<StoreCall, CircuitBreaker>>;

  /** @throws RangeError if an option is invalid. The message names the option. */
  constructor(store: TicketStore, options: TicketStoreBreakerOptions = {}) {
    const { timeoutMs = 2_000, maxPendingCalls = 5_000, ...circuitOptions } = options;
    this.#store = store;
    this.#maxPendingCalls = positive('maxPendingCalls', maxPendingCalls);
    const limit = new TimeLimit(
      positive('timeoutMs', timeoutMs),
      (name) => new TicketStoreUnavailable(`the ticket store did not respond to ${name} within ${timeoutMs} ms`),
    );
    this.#limit = limit;
    const newCircuit = (name: string): CircuitBreaker =>
      new CircuitBreaker(name, {
        ...circuitOptions,
        limit,
        isFailure: (error) => error instanceof TicketStoreUnavailable,
        createError: () =>
          new TicketStoreUnavailable(`${name} was not sent: the ticket store failed several times in succession`),
        probe: store.ping === undefined ? undefined : (call) => store.ping?.(call) ?? Promise.resolve(),
      });
    this.#circuits = {
      issue: newCircuit('issue'),
      consume: newCircuit('consume'),
      revokeSession: newCircuit('revokeSession'),
    };
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

  #call<T>(name: StoreCall, call: (options: CallOptions) => Promise<T>, options?: LimitedCallOptions<T>): Promise<T> {
    if (this.#limit.pendingCount >= this.#maxPendingCalls) {
      return Promise.reject(
        new TicketStoreUnavailable(`${this.#maxPendingCalls} calls already wait for the ticket store`),
      );
    }
    return this.#circuits[name].run(call, options);
  }
}
