import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type ProblemCode, type TicketResponse } from '@usher/protocol';
import { storeUnavailable } from './admission.ts';
import { problemOf } from './authenticate.ts';
import type { ConnectSlots } from './connect-slots.ts';
import type { Gate } from './gate.ts';
import { isUnavailable, type LimitedHooks, type TicketDenial, type TicketHolder } from './hooks.ts';
import { problemHeaders } from './refusal.ts';
import type { IssueResult, TicketStore } from './ticket-store.ts';

export interface TicketRouteOptions {
  readonly path: string;
  readonly endpoint: string;
  /** A store whose calls always settle. */
  readonly store: TicketStore;
  readonly slots: ConnectSlots;
  readonly gate: Gate;
  readonly hooks: LimitedHooks;
  readonly onTicket?: (outcome: 'issued' | ProblemCode) => void;
}

/** Adds the ticket call. Each of its steps has a time limit: after it, the client receives 503 `store_unavailable`. */
export function addTicketRoute(app: FastifyInstance, options: TicketRouteOptions): void {
  const { path, endpoint, store, slots, gate, hooks, onTicket } = options;

  function refuse(reply: FastifyReply, code: ProblemCode, retryAfterMs?: number, detail?: string): FastifyReply {
    onTicket?.(code);
    return sendProblem(reply, code, retryAfterMs, detail);
  }

  function refuseUnavailable(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
    request.log.error({ err: error }, 'no ticket issued');
    return refuse(reply, storeUnavailable.code, storeUnavailable.retryAfterMs);
  }

  // Fastify's automatic HEAD route would issue a ticket and not return it.
  app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
    let identity: TicketHolder;
    try {
      identity = await hooks.authenticate(request);
    } catch (error) {
      if (isUnavailable(error)) return refuseUnavailable(request, reply, error);
      const knownProblem = problemOf(error);
      if (knownProblem === undefined) throw error;
      return refuse(reply, knownProblem.code, knownProblem.retryAfterMs, knownProblem.detail);
    }
    const unavailable = gate.unavailable();
    if (unavailable !== undefined) return refuse(reply, unavailable.code, unavailable.retryAfterMs);
    const claims = { user: identity.user, session: identity.session, endpoint };
    let denial: TicketDenial | undefined;
    try {
      denial = await hooks.mayConnect(claims);
    } catch (error) {
      if (isUnavailable(error)) return refuseUnavailable(request, reply, error);
      throw error;
    }
    if (denial !== undefined) return refuse(reply, denial.code, denial.retryAfterMs);
    const slotResult = slots.assign(claims);
    if (!slotResult.ok) return refuse(reply, slotResult.reason, slotResult.retryAfterMs);
    const { connectAfterMs, slot } = slotResult;
    const returnSlot = (): void => {
      if (slot !== undefined) slots.returnSlot(slot);
    };
    let issued: IssueResult;
    try {
      issued = await store.issue(claims, connectAfterMs);
    } catch (error) {
      // A late answer changes nothing: the client does not receive the ticket, so the slot stays unused.
      returnSlot();
      if (isUnavailable(error)) return refuseUnavailable(request, reply, error);
      throw error;
    }
    if (!issued.ok) {
      // A rejected request must not delay other clients.
      returnSlot();
      return refuse(reply, issued.reason, issued.retryAfterMs);
    }
    onTicket?.('issued');
    const answer: TicketResponse = {
      ticket: issued.ticket,
      expires: Math.floor(issued.expiresAt / 1_000),
      connectAfterMs,
    };
    return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').send(answer);
  });
}

/** Sends a problem response through Fastify. For a response on the raw socket, see `refuse` in `refusal.ts`. */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  retryAfterMs?: number,
  detail?: string,
): FastifyReply {
  const body = { ...problem(code, retryAfterMs), ...(detail === undefined ? {} : { detail }) };
  return reply
    .code(body.status)
    .headers(problemHeaders(body.status, retryAfterMs))
    .serializer(JSON.stringify)
    .send(body);
}
