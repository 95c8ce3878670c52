import { parseEndCause, type Problem, type TokenResponse } from '@usher/protocol';
import { RefreshRefused, SessionEnded } from '../socket/errors.ts';
import type { SessionServer } from './session-types.ts';

export interface SessionByCookieOptions {
  /** The URL of the session API, e.g. `/api/auth`: `POST <url>/refresh` refreshes, `DELETE <url>` ends the session. */
  readonly url: string;
  /** Defaults to the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * The session API of Usher, with a refresh token in an HttpOnly cookie. A 401 or a 403 `user_disabled` ends the session, with the
 * cause if the server names it; a missing cookie counts as `expired`. Any other response, and a network failure, can be retried.
 */
export function sessionByCookie({ url, fetch = globalThis.fetch }: SessionByCookieOptions): SessionServer {
  const call = { credentials: 'include', cache: 'no-store' } as const;
  return {
    async refresh(signal) {
      const response = await fetch(`${url}/refresh`, { ...call, method: 'POST', signal });
      const body: unknown = await response.json().catch(() => undefined);
      const { ok, status } = response;
      if (ok) return body as TokenResponse;
      const { code, detail, retryAfterMs } = (body ?? {}) as Partial<Problem>;
      if (code === 'user_disabled') throw new SessionEnded(code);
      if (code === 'missing_token') throw new SessionEnded('expired');
      if (status === 401) throw new SessionEnded(parseEndCause(detail) ?? 'session_ended');
      throw new RefreshRefused(code ?? 'internal', status, retryAfterMs);
    },
    async end(token, signal) {
      // The token identifies its session even if the cookie has changed. The cookie may be valid longer than the token.
      for (const bearer of token ? [token, undefined] : [undefined]) {
        const headers = bearer && { authorization: `Bearer ${bearer}` };
        const { ok, status } = await fetch(url, { ...call, method: 'DELETE', signal, ...(headers && { headers }) });
        if (ok) return;
        if (status !== 401 && status !== 403) throw new RefreshRefused('internal', status);
      }
      // The session has already ended.
    },
  };
}
