import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';

export interface RefreshCookieOptions {
  /** `PUBLIC_URL`. Defaults to none. */
  readonly publicUrl: string | undefined;
  /** The origins whose pages may use the cookie. Called for each request. */
  readonly allowedOrigins: () => readonly string[];
}

const path = '/api/auth';

/** The cookie that holds the refresh token. It is sent to one path only and is not readable by scripts. */
export class RefreshCookie {
  readonly #options: RefreshCookieOptions;

  constructor(options: RefreshCookieOptions) {
    this.#options = options;
  }

  /**
   * Returns the refresh token of a request, or `undefined` if there is none.
   *
   * @throws HttpProblem 403 `origin_forbidden` when a page of another origin caused the request. `SameSite=Strict` withholds the
   * cookie from other sites, but a site may have many origins (RFC 6265bis §8.8.3).
   *
   * `Origin` decides if present. Without it `Sec-Fetch-Site` must be `same-origin` or `none` (no page caused the request).
   * Other clients, and browsers before 2023, send neither.
   */
  read(request: FastifyRequest): string | undefined {
    const token = request.cookies[this.#name(request)];
    if (token === undefined) return undefined;
    const { origin, 'sec-fetch-site': site } = request.headers;
    const isOwn =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : site !== 'cross-site' && this.#options.allowedOrigins().includes(origin);
    if (!isOwn) throw new HttpProblem('origin_forbidden');
    return token;
  }

  /** @param ends the absolute end of the session in Unix milliseconds, when the cookie expires */
  set(request: FastifyRequest, reply: FastifyReply, token: string, ends: number): void {
    const maxAge = Math.max(0, Math.floor((ends - Date.now()) / 1_000));
    reply.setCookie(this.#name(request), token, { ...this.#attributes(request), maxAge });
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    reply.clearCookie(this.#name(request), this.#attributes(request));
  }

  #isSecure(request: FastifyRequest): boolean {
    return this.#options.publicUrl?.startsWith('https:') === true || request.protocol === 'https';
  }

  /** The prefix prevents pages on plain HTTP from setting this cookie (RFC 6265bis §4.1.3.1). */
  #name(request: FastifyRequest): string {
    return this.#isSecure(request) ? '__Secure-usher_refresh' : 'usher_refresh';
  }

  #attributes(request: FastifyRequest) {
    return { path, httpOnly: true, sameSite: 'strict', secure: this.#isSecure(request) } as const;
  }
}
