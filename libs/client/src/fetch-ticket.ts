import type { Problem, TicketAnswer } from '@usher/protocol';
import { identityOf } from './identity.ts';
import type { TicketFunction } from './options.ts';
import { TicketRefused } from './ticket-refused.ts';

export interface FetchTicketOptions {
  /** The endpoint, e.g. `/api/ws_ticket`; asked before every call where it is a function. */
  readonly url: string | (() => string);
  /**
   * The current access token, or `undefined` while no one is signed in: then no request is made. Called before every frame too, so
   * that a frame never leaves under another identity, unless it returns a promise: then it is called for tickets only, and a change
   * of identity is found at the next ticket.
   */
  readonly token: () => string | undefined | Promise<string | undefined>;
  /** The global `fetch` unless told. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A ticket function that asks `GET url` with the token as Bearer. An answer that says no becomes a `TicketRefused` with the
 * problem's code; its message is the problem's `detail`, which of a `session_ended` is the cause, or else its title. Where no
 * problem came (a proxy, another server), a 401 is `invalid_token` and everything else `internal`, to be tried again. A network
 * failure is the error that `fetch` has for it.
 *
 * Its `who` reads the identity from the token: `sub` and `sid` of a JWT. For opaque tokens give the socket a `who` of its own.
 */
export function fetchTicket({ url, token, fetch = globalThis.fetch }: FetchTicketOptions): TicketFunction {
  let isAsync = false;
  const get: TicketFunction = async (signal) => {
    const bearer = await token();
    if (!bearer) throw new TicketRefused('missing_token', 401);
    const response = await fetch(typeof url === 'function' ? url() : url, {
      headers: { authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal,
    });
    const body: unknown = await response.json().catch(() => undefined);
    const { ok, status } = response;
    // What the answer holds is judged by the one who uses it.
    if (ok) return { ...(body as TicketAnswer), identity: identityOf(bearer) };
    // A code that this version does not know is handed on as it is: only `status` decides.
    const { code, title, detail = title, retryAfterMs } = (body ?? {}) as Partial<Problem>;
    throw typeof code === 'string'
      ? new TicketRefused(code, status, detail, retryAfterMs)
      : new TicketRefused(status === 401 ? 'invalid_token' : 'internal', status, `HTTP ${status}`, 0, status === 401);
  };
  return Object.assign(get, {
    who() {
      const given = isAsync ? null : token();
      if (!given || typeof given === 'string') return given && identityOf(given);
      isAsync = true;
      given.catch(() => undefined);
      return null;
    },
  });
}
