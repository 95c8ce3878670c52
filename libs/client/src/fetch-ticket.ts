import { isProblem } from '@usher/protocol';
import type { TicketAnswer } from '@usher/protocol';
import type { TicketFunction } from './options.ts';
import { TicketRefused } from './ticket-refused.ts';

export interface FetchTicketOptions {
  /** The endpoint, e.g. `/api/ws_ticket`; asked before every call where it is a function. */
  readonly url: string | (() => string);
  /** The access token of now; without one nobody is asked and it counts as `missing_token`. */
  readonly token: () => string | undefined | Promise<string | undefined>;
  /** The global `fetch` unless told. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A ticket function that asks `GET url` with the token as Bearer. An answer that says no becomes a `TicketRefused` with the
 * problem's code; where no problem document came (a proxy, another server), a 401 is `invalid_token` and everything else
 * `internal`, to be tried again. A network failure is the error that `fetch` has for it.
 */
export function fetchTicket({ url, token, fetch }: FetchTicketOptions): TicketFunction {
  return async (signal) => {
    const bearer = await token();
    if (!bearer) throw new TicketRefused('missing_token', 401);
    const response = await (fetch ?? globalThis.fetch)(typeof url === 'function' ? url() : url, {
      headers: { authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal,
    });
    const body: unknown = await response.json().catch(() => undefined);
    // What it holds is judged by the one who uses it.
    if (response.ok) return body as TicketAnswer;
    const { status } = response;
    const retryAfterMs = Number(response.headers.get('retry-after')) * 1000 || undefined;
    if (isProblem(body)) {
      throw new TicketRefused(body.code, status, { text: body.title, retryAfterMs: body.retryAfterMs ?? retryAfterMs });
    }
    const code = status === 401 ? 'invalid_token' : 'internal';
    throw new TicketRefused(code, status, { text: `HTTP ${status}`, retryAfterMs, terminal: status === 401 });
  };
}
