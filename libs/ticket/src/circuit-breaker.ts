import type { LimitedCallOptions, TimeLimit } from './deadlines.ts';

export interface CircuitBreakerOptions {
  /** The number of consecutive failures after which calls fail at once. Defaults to 5. */
  readonly maxFailures?: number;
  /** How long calls fail at once before the first probe, in milliseconds. Doubles with each failed probe. Defaults to 500. */
  readonly minOpenMs?: number;
  /** Upper limit of that time, in milliseconds. Defaults to 1,000. */
  readonly maxOpenMs?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

export interface CircuitBreakerRules {
  /** The time limit of each call. */
  readonly limit: TimeLimit;
  /** Whether an error counts as a failure. Any other result ends a series of failures. */
  readonly isFailure: (error: unknown) => boolean;
  /** Returns the error of a call that is not made because the circuit is open. */
  readonly createError: () => Error;
  /** Resolves if the function is available again. Then no call has to wait as a probe. Defaults to calls as probes. */
  readonly probe?: ((options: { readonly signal: AbortSignal }) => Promise<unknown>) | undefined;
}

/** `canceled`: the caller has aborted the call, so its result does not show whether the function works. */
type CallOutcome = 'responded' | 'failed' | 'canceled';

/**
 * Limits the calls of one function in time, and stops calling it while it fails.
 *
 * After several consecutive failures the circuit is open: calls fail at once. After a while, a probe is made: `probe` or, without it, one
 * call. The first reply closes the circuit. A failed probe doubles the time to the next one.
 */
export class CircuitBreaker {
  readonly #name: string;
  readonly #rules: CircuitBreakerRules;
  readonly #maxFailures: number;
  readonly #minOpenMs: number;
  readonly #maxOpenMs: number;
  readonly #now: () => number;
  #failures = 0;
  #openMs: number;
  /** When the next probe may start, in monotonic milliseconds. `undefined` while the circuit is closed. */
  #openUntil: number | undefined;
  #isProbing = false;
  /** Increases when the circuit opens, so that calls from before do not change its state. */
  #generation = 0;

  /**
   * @param name the name of the function, for the error of the time limit.
   * @throws RangeError if an option is invalid. The message names the option.
   */
  constructor(name: string, options: CircuitBreakerOptions & CircuitBreakerRules) {
    this.#name = name;
    this.#rules = options;
    this.#maxFailures = positive('maxFailures', options.maxFailures ?? 5);
    this.#minOpenMs = positive('minOpenMs', options.minOpenMs ?? 500);
    this.#maxOpenMs = Math.max(this.#minOpenMs, positive('maxOpenMs', options.maxOpenMs ?? 1_000));
    this.#now = options.now ?? (() => performance.now());
    this.#openMs = this.#minOpenMs;
  }

  /** Calls the function, or rejects at once while the circuit is open. Settles within the time limit. */
  run<T>(
    call: (options: { readonly signal: AbortSignal }) => T | Promise<T>,
    options: LimitedCallOptions<T> = {},
  ): Promise<T> {
    const isProbe = this.#openUntil !== undefined;
    if (isProbe) {
      if (!this.#mayProbe()) return Promise.reject(this.#rules.createError());
      this.#isProbing = true;
    }
    const generation = this.#generation;
    return this.#rules.limit.run(this.#name, call, options, (failure) => {
      const outcome = this.#outcomeOf(failure, options.signal);
      if (isProbe) this.#endProbe(outcome);
      else if (generation === this.#generation) this.#count(outcome);
    });
  }

  /** Whether a call may be a probe now. */
  #mayProbe(): boolean {
    return this.#rules.probe === undefined && !this.#isProbing && this.#now() >= (this.#openUntil ?? 0);
  }

  #outcomeOf(failure: { readonly error: unknown } | undefined, signal: AbortSignal | undefined): CallOutcome {
    if (failure === undefined) return 'responded';
    if (this.#rules.isFailure(failure.error)) return 'failed';
    return signal?.aborted === true ? 'canceled' : 'responded';
  }

  #count(outcome: CallOutcome): void {
    if (outcome === 'responded') this.#failures = 0;
    if (outcome === 'failed') this.#failures += 1;
    if (this.#failures >= this.#maxFailures) this.#open();
  }

  #open(): void {
    this.#generation += 1;
    this.#openUntil = this.#now() + this.#openMs;
    const { probe } = this.#rules;
    if (probe !== undefined) setTimeout(() => void this.#probe(probe), this.#openMs).unref();
  }

  async #probe(probe: NonNullable<CircuitBreakerRules['probe']>): Promise<void> {
    try {
      await this.#rules.limit.run(`a probe of ${this.#name}`, probe);
      this.#endProbe('responded');
    } catch {
      this.#endProbe('failed');
    }
  }

  #endProbe(outcome: CallOutcome): void {
    this.#isProbing = false;
    if (outcome === 'failed') {
      this.#openMs = Math.min(this.#openMs * 2, this.#maxOpenMs);
      this.#open();
    } else if (outcome === 'responded') {
      this.#failures = 0;
      this.#openMs = this.#minOpenMs;
      this.#openUntil = undefined;
    }
  }
}

/** @throws RangeError if the value is not a positive integer. The message names the option. */
export function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`invalid ${name} ${value}: must be a positive integer`);
  return value;
}
