import type { Problem, TicketResponse } from '@usher/protocol';
import { identityOf } from './identity.ts';
import type { TicketFunction } from './options.ts';
import { TicketRefused } from './errors.ts';

export interface FetchTicketOptions {
  /** The endpoint, e.g. `/api/ws_ticket`. A function is called before every request. */
  readonly url: string | (() => string);
  /**
   * Returns the current access token, or `undefined` while no one is signed in; then no request is made. Also called before every
   * frame, so that no frame is sent under another identity. If it returns a promise, it is called for tickets only, and a change of
   * identity is detected at the next ticket.
   */
  readonly token: () => string | undefined | Promise<string | undefined>;
  /** Defaults to the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Creates a ticket function that calls `GET url` with the token as Bearer. It throws:
 * - `TicketRefused` with the code of the problem; its message is the `detail` of the problem (the cause of a `session_ended`) or its
 *   title. An error response without a problem document (from a proxy, for example) gets the code `invalid_token` for a 401, and the
 *   retryable `internal` otherwise.
 * - the error of `fetch` for a network failure.
 *
 * Its `who` reads the identity from the `sub` and `sid` claims of a JWT. For opaque tokens, pass `who` to the socket.
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
    const { ok, status, headers } = response;
    const receipt = headers.get('usher-receipt') ?? undefined;
    // The socket validates the response.
    if (ok) return { ...(body as TicketResponse), identity: identityOf(bearer), receipt };
    // Unknown codes are passed through: only `status` decides whether the rejection is terminal.
    const { code, title, detail = title, retryAfterMs } = (body ?? {}) as Partial<Problem>;
    const refused =
      typeof code === 'string'
        ? new TicketRefused(code, status, detail, retryAfterMs)
        : new TicketRefused(status === 401 ? 'invalid_token' : 'internal', status, `HTTP ${status}`, 0, status === 401);
    refused.receipt = receipt;
    throw refused;
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
