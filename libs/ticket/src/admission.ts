import type { IncomingMessage } from 'node:http';
import type { TokenAcceptance } from './accept-tokens.ts';
import type {
  Admission,
  AdmittedClient,
  HandshakeInfo,
  HandshakeOutcome,
  HandshakeRequest,
  Unavailable,
} from './handshake-outcome.ts';
import { exactOrigins, handshakeProblem, pathOf, selectSubprotocol, ticketsOf } from './handshake.ts';
import type { LimitedCallOptions } from './deadlines.ts';
import { isUnavailable } from './hooks.ts';
import type { Refusal } from './refusal.ts';
import type { TicketStoreBreaker } from './ticket-store-breaker.ts';
import type { ConsumeResult, TicketClaims } from './ticket-store.ts';

export interface AdmissionOptions<I> {
  readonly store: TicketStoreBreaker;
  /** The path of the WebSocket endpoint. */
  readonly endpoint: string;
  /** The WebSocket subprotocols that the endpoint supports. A client without a list gets the first one. */
  readonly protocols: readonly string[];
  /**
   * Exact origins (scheme, host, port) from which browsers may connect. Clients that send no `Origin` header are not browsers and
   * are not affected. A function is called for each handshake: a port chosen by the system is known only after `listen`.
   */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  /** Settles within a time limit. Releases the reservation itself if it decides after that. */
  readonly admit: (claims: TicketClaims, request: HandshakeRequest) => Promise<Admission<I>>;
  readonly capacity: () => Unavailable | undefined;
  /** Called when a ticket is consumed for the first time, regardless of the outcome of the handshake. Not called for revoked tickets. */
  readonly onConsumed: (claims: TicketClaims) => void;
  /** Accepts tokens in the URL for a while. Defaults to never. */
  readonly tokens?: TokenAcceptance | undefined;
  /** Called with an error thrown by the store or by one of these functions. Must not throw. */
  readonly onError: (error: unknown) => void;
}

/** A client that the app admitted, and the reservation that the app made for it in `admit`. */
export interface Reservation<I> extends AdmittedClient<I> {
  /** Cancels the reservation. Never throws. */
  readonly release: () => void;
}

/** What is known about a handshake besides its outcome. */
export type HandshakeDetails = Pick<HandshakeOutcome, 'reason' | 'claims' | 'credential'>;

/** An admitted handshake. */
export interface Admitted<I> {
  readonly refusal?: undefined;
  readonly reservation: Reservation<I>;
  readonly credential: 'ticket' | 'token';
}

export type AdmissionDecision<I> = Admitted<I> | ({ readonly refusal: Refusal } & HandshakeDetails);

/** Calls `admit` in the context of the handshake. */
export type RunAdmission = <T>(claims: TicketClaims, admit: () => Promise<T>) => Promise<T>;

export const storeUnavailable = { code: 'store_unavailable', retryAfterMs: 1_000 } as const satisfies Refusal;

/** If a request contains several tickets, at most this many are consumed. */
const maxConsumedPerRequest = 4;

/** Decides whether a handshake is admitted. The checks run in the order that PROTOCOL.md specifies. */
export class AdmissionControl<I> {
  readonly #options: AdmissionOptions<I>;
  readonly #origins: () => readonly string[];
  readonly #consumeOptions: LimitedCallOptions<ConsumeResult>;
  #closed = false;

  /** @throws TypeError if an allowed origin is invalid. */
  constructor(options: AdmissionOptions<I>) {
    this.#options = options;
    const { allowedOrigins } = options;
    this.#origins = exactOrigins(allowedOrigins);
    this.#consumeOptions = {
      onLate: (result) => {
        try {
          this.#reportConsumed(result);
        } catch (error) {
          options.onError(error);
        }
      },
    };
  }

  /** Rejects all further handshakes with `draining`. */
  close(): void {
    this.#closed = true;
  }

  /** Returns why the server accepts no handshakes, or `undefined` if it does. */
  unavailable(): Unavailable | undefined {
    return this.#closed ? { code: 'draining', retryAfterMs: 1_000 } : this.#options.capacity();
  }

  /**
   * Checks everything that precedes the ticket. A rejected request keeps its ticket.
   * @param isFull whether the maximum number of handshakes is pending.
   */
  checkRequest(
    request: IncomingMessage,
    url: string,
    isFull: boolean,
  ): (Refusal & Pick<HandshakeDetails, 'reason'>) | undefined {
    if (pathOf(url) !== this.#options.endpoint) return { code: 'not_found' };
    const problem = handshakeProblem(request);
    if (problem !== undefined) return problem;
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return unavailable;
    if (isFull) return { code: 'at_capacity', retryAfterMs: 1_000 };
    if (ticketsOf(url).length > 0) return undefined;
    const { tokens } = this.#options;
    if (tokens === undefined || tokens.tokensOf(url).length === 0) return { code: 'missing_ticket' };
    return tokens.isOpen ? undefined : { code: 'missing_ticket', reason: 'tokens_closed' };
  }

  /**
   * Consumes the tickets of a request and asks the app for its decision. Never rejects.
   * @param url with the ticket
   * @param run calls `admit` of the app
   */
  async decide(
    request: IncomingMessage,
    url: string,
    info: HandshakeInfo,
    run: RunAdmission,
  ): Promise<AdmissionDecision<I>> {
    try {
      const tickets = ticketsOf(url);
      const { tokens } = this.#options;
      return tokens === undefined || tickets.length > 0
        ? await this.#decide(request, tickets, info, run)
        : await this.#decideByToken(request, tokens, tokens.tokensOf(url), info, run);
    } catch (error) {
      this.#options.onError(error);
      return { refusal: isUnavailable(error) ? storeUnavailable : { code: 'internal' } };
    }
  }

  async #decide(
    request: IncomingMessage,
    tickets: readonly string[],
    info: HandshakeInfo,
    run: RunAdmission,
  ): Promise<AdmissionDecision<I>> {
    // The ticket is consumed before any other check. If there are several, all are consumed and the request is rejected.
    if (tickets.length > 1) {
      await this.#consumeAll(tickets.slice(0, maxConsumedPerRequest));
      return { refusal: { code: 'invalid_ticket' }, reason: 'several', credential: 'ticket' };
    }
    const result = await this.#consume(tickets[0] ?? '');
    const { claims } = result;
    if (!result.ok) {
      return {
        refusal: { code: 'invalid_ticket' },
        reason: result.reason,
        credential: 'ticket',
        ...(claims === undefined ? {} : { claims }),
      };
    }
    return this.#admit(request, result.claims, 'ticket', info, run);
  }

  async #decideByToken(
    request: IncomingMessage,
    acceptance: TokenAcceptance,
    [token = '', ...more]: readonly string[],
    info: HandshakeInfo,
    run: RunAdmission,
  ): Promise<AdmissionDecision<I>> {
    const credential = 'token';
    if (more.length > 0) return { refusal: { code: 'invalid_ticket' }, reason: 'several', credential };
    const holder = await acceptance.holderOf(token);
    if (holder === undefined) return { refusal: { code: 'invalid_ticket' }, reason: 'invalid_token', credential };
    return this.#admit(request, { ...holder, endpoint: this.#options.endpoint }, credential, info, run);
  }

  async #admit(
    request: IncomingMessage,
    claims: TicketClaims,
    credential: 'ticket' | 'token',
    info: HandshakeInfo,
    run: RunAdmission,
  ): Promise<AdmissionDecision<I>> {
    // Computed before `admit`, because nothing may throw between a reservation and its release. Reported after it.
    const protocol = selectSubprotocol(request, this.#options.protocols);
    const originForbidden = !this.#isOriginAllowed(request);
    const admission = await run(claims, () => this.#options.admit(claims, { ...info, protocol }));
    if (!admission.ok) return { ...refuseAdmission(admission, claims), credential };
    const { identity } = admission;
    const reservation: Reservation<I> = {
      claims,
      identity,
      protocol: protocol ?? '',
      release: () => {
        this.#release(admission);
      },
    };
    if (protocol !== undefined && !originForbidden) return { reservation, credential };
    reservation.release();
    const code = originForbidden ? 'origin_forbidden' : 'unsupported_protocol';
    return { refusal: { code }, claims, credential };
  }

  /** Settles after all calls settled, so that none of them fails unobserved. Rejects with the first error. */
  async #consumeAll(tickets: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(tickets.map((ticket) => this.#consume(ticket)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async #consume(ticket: string): Promise<ConsumeResult> {
    const { store, endpoint } = this.#options;
    const result = await store.consume(ticket, endpoint, this.#consumeOptions);
    this.#reportConsumed(result);
    return result;
  }

  #reportConsumed(result: ConsumeResult): void {
    const consumedNow = result.ok || (result.reason !== 'used' && result.reason !== 'revoked');
    if (consumedNow && result.claims !== undefined) this.#options.onConsumed(result.claims);
  }

  #release(admission: Admission<I>): void {
    try {
      if (admission.ok) admission.release?.();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** A client that sends no `Origin` is not a browser. */
  #isOriginAllowed(request: IncomingMessage): boolean {
    // Node joins repeated headers of this name to a list, which is not an origin.
    const { origin } = request.headers;
    return origin === undefined || this.#origins().includes(origin);
  }
}

function refuseAdmission<I>(
  admission: Extract<Admission<I>, { readonly ok: false }>,
  claims: TicketClaims,
): AdmissionDecision<I> {
  if (admission.reason === 'revoked') return { refusal: { code: 'invalid_ticket' }, reason: 'revoked', claims };
  if (admission.reason === 'forbidden') return { refusal: { code: 'forbidden' }, claims };
  return { refusal: { code: 'too_many_connections', retryAfterMs: admission.retryAfterMs }, claims };
}
