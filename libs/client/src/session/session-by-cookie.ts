import { endCauseOf, type Problem, type TokenAnswer } from '@usher/protocol';
import { RefreshRefused, SessionOver } from './session-errors.ts';
import type { SessionServer } from './session-types.ts';

export interface SessionByCookieOptions {
  /** Where one signs in, e.g. `/api/auth`: `POST <url>/refresh` refreshes, `DELETE <url>` ends. */
  readonly url: string;
  /** The global `fetch` unless told. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Usher's own way: a refresh cookie that no script can read. A 401, or a 403 `user_disabled`, says that the session is over, and as
 * far as it knows why; a cookie that is not there any more has come to the end of its life. Everything else, and no answer at
 * all, can be tried again.
 */
export function sessionByCookie({ url, fetch = globalThis.fetch }: SessionByCookieOptions): SessionServer {
  const call = { credentials: 'include', cache: 'no-store' } as const;
  return {
    async refresh(signal) {
      const response = await fetch(`${url}/refresh`, { ...call, method: 'POST', signal });
      const body: unknown = await response.json().catch(() => undefined);
      const { ok, status } = response;
      if (ok) return body as TokenAnswer;
      const { code, detail, retryAfterMs } = (body ?? {}) as Partial<Problem>;
      if (code === 'user_disabled') throw new SessionOver(code);
      if (code === 'missing_token') throw new SessionOver('expired');
      if (status === 401) throw new SessionOver(endCauseOf(detail) ?? 'session_ended');
      throw new RefreshRefused(code ?? 'internal', status, retryAfterMs);
    },
    async end(token, signal) {
      // A token names its session whatever became of the cookie; the cookie may have outlived the token.
      for (const bearer of token ? [token, undefined] : [undefined]) {
        const headers = bearer && { authorization: `Bearer ${bearer}` };
        const { ok, status } = await fetch(url, { ...call, method: 'DELETE', signal, ...(headers && { headers }) });
        if (ok) return;
        if (status !== 401 && status !== 403) throw new RefreshRefused('internal', status);
      }
      // Nothing is left to be ended.
    },
  };
}
