import { CircuitBreaker } from './circuit-breaker.ts';
import { type LimitedCallOptions, TimeLimit } from './deadlines.ts';
import type { Admission, HandshakeRequest } from './handshake-outcome.ts';
import { type CallOptions, type TicketClaims, TicketStoreUnavailable } from './ticket-store.ts';

/** The authenticated user and session of a ticket request. */
export interface TicketHolder {
  readonly user: string;
  readonly session: string;
}

/** Why an authenticated client may not connect. */
export interface TicketDenial {
  readonly code: 'session_ended' | 'user_disabled' | 'too_many_connections';
  readonly retryAfterMs?: number;
}

/**
 * The functions of the app that decide on tickets and handshakes.
 * @template R the request of the ticket call, as the HTTP framework represents it.
 */
export interface Hooks<R> {
  /** See `AcceptTokens`. */
  readonly verifyToken?: (
    token: string,
    options: CallOptions,
  ) => TicketHolder | undefined | Promise<TicketHolder | undefined>;
  readonly authenticate: (request: R, options: CallOptions) => TicketHolder | Promise<TicketHolder>;
  readonly mayConnect: (
    claims: TicketClaims,
    options: CallOptions,
  ) => TicketDenial | undefined | Promise<TicketDenial | undefined>;
  readonly admit: (
    claims: TicketClaims,
    request: HandshakeRequest,
    options: CallOptions,
  ) => Admission<unknown> | Promise<Admission<unknown>>;
}

/** A function of the app did not settle within its time limit. */
class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/** Whether an error means that the client should try again: the store is unavailable, or a function of the app did not settle in time. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof TicketStoreUnavailable || error instanceof TimeLimitExceeded;
}

/**
 * Calls the functions of the app with a time limit. Each call settles, and rejects with an error for which `isUnavailable` is true
 * if the function does not settle in time. `mayConnect` and `admit` have a circuit breaker, which bounds the calls that never settle.
 * `authenticate` has none: an unauthenticated client whose requests take long could open its circuit, which would reject other users.
 */
export class LimitedHooks<R> {
  readonly #hooks: Hooks<R>;
  readonly #limit: TimeLimit;
  readonly #mayConnect: CircuitBreaker;
  readonly #admit: CircuitBreaker;
  /** Releases the reservation of an admission that arrives after the time limit. */
  readonly #admitOptions: LimitedCallOptions<Admission<unknown>>;

  /**
   * @param limitMs the time limit of each call in milliseconds.
   * @param onError receives an error thrown by the `release` function of a late admission. Must not throw.
   */
  constructor(hooks: Hooks<R>, limitMs: number, onError: (error: unknown) => void) {
    this.#hooks = hooks;
    this.#admitOptions = {
      onLate(admission) {
        try {
          if (admission.ok) admission.release?.();
        } catch (error) {
          onError(error);
        }
      },
    };
    const limit = new TimeLimit(
      limitMs,
      (name) => new TimeLimitExceeded(`${name} did not settle within ${limitMs} ms`),
    );
    this.#limit = limit;
    const newBreaker = (name: string): CircuitBreaker =>
      new CircuitBreaker(name, {
        limit,
        isFailure: isUnavailable,
        createError: () => new TimeLimitExceeded(`${name} was not called: it failed several times in succession`),
      });
    this.#mayConnect = newBreaker('mayConnect');
    this.#admit = newBreaker('admit');
  }

  authenticate(request: R): Promise<TicketHolder> {
    return this.#limit.run('authenticate', (options) => this.#hooks.authenticate(request, options));
  }

  verifyToken(token: string): Promise<TicketHolder | undefined> {
    return this.#limit.run('acceptTokens.verify', (options) => this.#hooks.verifyToken?.(token, options));
  }

  mayConnect(claims: TicketClaims): Promise<TicketDenial | undefined> {
    return this.#mayConnect.run((options) => this.#hooks.mayConnect(claims, options));
  }

  admit(claims: TicketClaims, request: HandshakeRequest): Promise<Admission<unknown>> {
    return this.#admit.run((options) => this.#hooks.admit(claims, request, options), this.#admitOptions);
  }
}
