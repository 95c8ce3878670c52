import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';

export interface RefreshCookieOptions {
  /** `PUBLIC_URL`, where it is set. */
  readonly publicUrl: string | undefined;
  /** The origins whose pages may use the cookie, asked at each call. */
  readonly allowedOrigins: () => readonly string[];
}

/** The cookie that holds the refresh token: for the calls below one path, and for no script. */
export interface RefreshCookie {
  /**
   * What the browser sent, if anything.
   *
   * @throws HttpProblem 403 `origin_forbidden` where a page of another site made it send that: `SameSite=Strict` keeps such a
   * cookie back already, but a site in the sense of cookies may have many origins (RFC 6265bis §8.8.3).
   */
  read(request: FastifyRequest): string | undefined;
  /** @param ends the session's absolute end, Unix ms: the browser forgets the cookie then. */
  set(request: FastifyRequest, reply: FastifyReply, token: string, ends: number): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

const path = '/api/auth';

export function createRefreshCookie({ publicUrl, allowedOrigins }: RefreshCookieOptions): RefreshCookie {
  function secure(request: FastifyRequest): boolean {
    return publicUrl?.startsWith('https:') === true || request.protocol === 'https';
  }

  /** With the prefix no page on plain http can plant a cookie of this name (RFC 6265bis §4.1.3.1). */
  function name(request: FastifyRequest): string {
    return secure(request) ? '__Secure-usher_refresh' : 'usher_refresh';
  }

  function attributes(request: FastifyRequest) {
    return { path, httpOnly: true, sameSite: 'strict', secure: secure(request) } as const;
  }

  return {
    read(request) {
      const token = request.cookies[name(request)];
      if (token === undefined) return undefined;
      const { origin, 'sec-fetch-site': site } = request.headers;
      if (site === 'cross-site' || (origin !== undefined && !allowedOrigins().includes(origin))) {
        throw new HttpProblem('origin_forbidden');
      }
      return token;
    },
    set(request, reply, token, ends) {
      const maxAge = Math.max(0, Math.floor((ends - Date.now()) / 1_000));
      reply.setCookie(name(request), token, { ...attributes(request), maxAge });
    },
    clear(request, reply) {
      reply.clearCookie(name(request), attributes(request));
    },
  };
}
