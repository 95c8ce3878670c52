import { problem, type ProblemCode, type TicketResponse } from '@usher/protocol';
import { storeUnavailable } from './admission.ts';
import { problemOf } from './authenticate.ts';
import type { AssignedSlot, ConnectSlots } from './connect-slots.ts';
import type { Gate } from './gate.ts';
import { isUnavailable, type LimitedHooks, type TicketHolder } from './hooks.ts';
import { problemHeaders } from './refusal.ts';
import type { IssueResult, TicketClaims, TicketStore } from './ticket-store.ts';
import { isTraceparent } from './tracing.ts';

export interface TicketCallParts<R> {
  readonly endpoint: string;
  /** A store whose calls always settle. */
  readonly store: TicketStore;
  readonly slots: ConnectSlots;
  readonly gate: Gate;
  readonly hooks: LimitedHooks<R>;
  /** Called once per ticket call. Must not throw. */
  readonly onTicket: (outcome: 'issued' | ProblemCode) => void;
}

/** The result of a ticket call. */
export type TicketResult =
  { readonly ok: true; readonly ticket: TicketResponse; readonly user: string } | TicketRefusal;

export interface TicketRefusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly retryAfterMs?: number | undefined;
  readonly detail?: string | undefined;
  /** The user whose request was rejected, if known. Not part of the response. */
  readonly user?: string | undefined;
  /** Why the server could not decide, for its log. */
  readonly error?: unknown;
}

/**
 * The ticket call, independent of an HTTP framework. Each of its steps has a time limit: after it, the result is 503
 * `store_unavailable`. The ticket is issued while `mayConnect` decides. If it denies the connection, the ticket is discarded.
 */
export class TicketCall<R> {
  readonly #parts: TicketCallParts<R>;

  constructor(parts: TicketCallParts<R>) {
    this.#parts = parts;
  }

  /**
   * Issues a ticket for the caller of a request, or resolves to a refusal. Rejects with an error of the app that has no problem code.
   *
   * @param receipt identifies this call for users and operators (`newReceipt`). The claims of the ticket contain it.
   * @param traceparent of this call, if it is traced. The claims of the ticket contain it if it is valid.
   */
  async run(request: R, receipt: string, traceparent?: string): Promise<TicketResult> {
    const result = await this.#run(request, receipt, traceparent);
    this.#parts.onTicket(result.ok ? 'issued' : result.code);
    return result;
  }

  async #run(request: R, receipt: string, traceparent = ''): Promise<TicketResult> {
    let holder: TicketHolder;
    try {
      holder = await this.#parts.hooks.authenticate(request);
    } catch (error) {
      const knownProblem = isUnavailable(error) ? undefined : problemOf(error);
      return knownProblem === undefined ? refuseIfUnavailable(error) : { ok: false, ...knownProblem };
    }
    const { user, session } = holder;
    try {
      const claims = { user, session, endpoint: this.#parts.endpoint, receipt };
      return await this.#issue(isTraceparent(traceparent) ? { ...claims, traceparent } : claims);
    } catch (error) {
      return { ...refuseIfUnavailable(error), user };
    }
  }

  async #issue(claims: TicketClaims): Promise<TicketResult> {
    const { gate, hooks, slots, store } = this.#parts;
    const { user } = claims;
    const serverState = gate.unavailable();
    if (serverState !== undefined) return { ok: false, ...serverState, user };
    const slotResult = slots.assign(claims);
    if (!slotResult.ok) {
      const denial = await hooks.mayConnect(claims);
      const { reason: code, retryAfterMs } = slotResult;
      return { ok: false, ...(denial ?? { code, retryAfterMs }), user };
    }
    const { connectAfterMs, slot } = slotResult;
    // Both at once, because each may be a round trip to the same store.
    const deciding = hooks.mayConnect(claims);
    const issuing = store.issue(claims, connectAfterMs);
    // Observed below. If the client is denied first, nothing waits for it.
    issuing.catch(() => undefined);
    let hasResult = false;
    try {
      const denial = await deciding;
      if (denial !== undefined) return { ok: false, ...denial, user };
      const issued = await issuing;
      hasResult = true;
      if (issued.ok) {
        const { ticket, expiresAt } = issued;
        const expires = Math.floor(expiresAt / 1_000);
        return { ok: true, ticket: { ticket, expires, connectAfterMs }, user };
      }
      // A rejected request must not delay other clients.
      this.#returnSlot(slot);
      return { ok: false, code: issued.reason, retryAfterMs: issued.retryAfterMs, user };
    } finally {
      if (!hasResult) {
        // A late reply has no effect: the client does not receive the ticket, so the slot stays unused.
        this.#returnSlot(slot);
        void this.#discard(issuing);
      }
    }
  }

  #returnSlot(slot: AssignedSlot | undefined): void {
    if (slot !== undefined) this.#parts.slots.returnSlot(slot);
  }

  /** Consumes a ticket that no client receives, so that it no longer counts toward the limits of its session and user. Never rejects. */
  async #discard(issuing: Promise<IssueResult>): Promise<void> {
    const { store, endpoint } = this.#parts;
    try {
      const issued = await issuing;
      if (issued.ok) await store.consume(issued.ticket, endpoint);
    } catch {
      // The ticket expires.
    }
  }
}

/** Throws the error unless it means that the client should try again. */
function refuseIfUnavailable(error: unknown): TicketRefusal {
  if (!isUnavailable(error)) throw error;
  return { ok: false, ...storeUnavailable, error };
}

/** Headers of a response with a ticket. */
export const ticketHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const;

/** Returns the problem response for a refusal. */
export function problemResponse({ code, retryAfterMs, detail }: Omit<TicketRefusal, 'ok'>): {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
} {
  const body = { ...problem(code, retryAfterMs), ...(detail === undefined ? {} : { detail }) };
  return { status: body.status, headers: problemHeaders(body.status, retryAfterMs), body: JSON.stringify(body) };
}
