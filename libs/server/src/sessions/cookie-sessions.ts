import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EndCause, isProblemCode, problem, type ProblemCode } from '@usher/protocol';
import type { RevocableSessions } from '@usher/realtime';
import type { TicketHolder } from '@usher/ticket/node';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { AdmittedUser } from '../options.ts';
import { formatRefreshToken, hashOf, newRefreshToken, parseRefreshToken } from './refresh-token.ts';
import { refresh } from './rotation.ts';
import { createMemorySessionStore, type SessionStore, type StoredSession } from './session-store.ts';

/** A user who has signed in. */
export interface SignedIn {
  readonly user: string;
  readonly roles?: readonly string[];
}

export interface CookieSessionsOptions {
  /**
   * Checks the credentials of `POST <path>`. `undefined` leads to 401 `invalid_credentials`. An error with a problem code is returned as that
   * problem: limit the attempts here, with `too_many_attempts`.
   *
   * @param body the parsed JSON, not validated
   */
  readonly signIn: (body: unknown, request: IncomingMessage) => SignedIn | undefined | Promise<SignedIn | undefined>;
  /** The key of the access tokens (HS256), at least 32 bytes, the same on all nodes. */
  readonly secret: string;
  /** The origins whose pages may use the cookie. */
  readonly allowedOrigins: readonly string[];
  /** Defaults to the memory of this node. */
  readonly store?: SessionStore;
  /** Defaults to `/api/auth`. */
  readonly path?: string;
  /** Whether the site uses https. Set `false` for development over http only. Defaults to `true`. */
  readonly secure?: boolean;
  /** Lifetime of an access token. Defaults to 900. */
  readonly accessSeconds?: number;
  /** Lifetime of a session. Defaults to 30 days. */
  readonly sessionSeconds?: number;
  /** Receives unexpected errors. Defaults to `console`. */
  readonly log?: { error(fields: object, message: string): void };
}

/** The sessions of an application. Pass them to `createUsher` as `sessions`, with `authenticate` and `admit`. */
export interface CookieSessions extends RevocableSessions {
  /** Authenticates a request by its access token. Throws an error with a problem code. */
  readonly authenticate: (request: Pick<IncomingMessage, 'headers'>) => Promise<TicketHolder>;
  /** Returns the roles of the user and the end of the session, or `undefined` if the session has ended. */
  readonly admit: (holder: TicketHolder) => Promise<AdmittedUser | undefined>;
  /**
   * Handles `POST <path>` (sign-in), `POST <path>/refresh` and `DELETE <path>` (sign-out). Passes any other request to `next`. Works as a handler of
   * `node:http` and as middleware of Express and NestJS, before or after a parser of JSON.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Ends sessions on all nodes: pass `usher.revoke`. Without it, open connections stay open until their lease ends. */
  readonly useRevoke: (revoke: (session: string, cause: EndCause) => Promise<unknown>) => void;
}

interface Result {
  readonly status: number;
  readonly body?: object;
  /** `null` clears it. */
  readonly cookie?: { readonly token: string; readonly ends: number } | null;
}

const maxBodyBytes = 16_384;

/** A response other than success. */
class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly clearsCookie: boolean;

  constructor(code: ProblemCode, { detail, clearsCookie = false }: { detail?: string; clearsCookie?: boolean } = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.clearsCookie = clearsCookie;
  }
}

/**
 * Creates sign-in sessions: an access token for minutes, and a refresh token in an HttpOnly cookie that changes at each use. A refresh token that
 * is used again after five seconds ends its session, because it may have been copied.
 *
 * @throws TypeError or RangeError that names the invalid option
 */
export function createCookieSessions(options: CookieSessionsOptions): CookieSessions {
  const { signIn, allowedOrigins, store = createMemorySessionStore(), path = '/api/auth', secure = true } = options;
  const { accessSeconds = 900, sessionSeconds = 30 * 86_400, log = console } = options;
  if (typeof (signIn as unknown) !== 'function') throw new TypeError('invalid signIn: must be a function');
  if (Buffer.byteLength(options.secret) < 32) throw new TypeError('invalid secret: must have at least 32 bytes');
  if (!/^(?:\/[\w.~-]+)+$/.test(path)) throw new TypeError(`invalid path ${JSON.stringify(path)}: must be a path`);
  for (const [name, value] of Object.entries({ accessSeconds, sessionSeconds }))
    if (!(Number.isFinite(value) && value > 0))
      throw new RangeError(`invalid ${name}: must be a positive number of seconds`);
  const key = new TextEncoder().encode(options.secret);
  const cookieName = secure ? '__Secure-usher_refresh' : 'usher_refresh';
  let revoke: (session: string, cause: EndCause) => Promise<unknown> = (session, cause) => store.end([session], cause);

  const causeOf = (session: StoredSession | undefined): EndCause | undefined =>
    session === undefined || session.ends <= Date.now() ? (session?.cause ?? 'expired') : session.cause;

  async function tokenFor({ session, user, roles, ends }: StoredSession): Promise<object> {
    const now = Math.floor(Date.now() / 1_000);
    const expires = Math.min(now + accessSeconds, Math.floor(ends / 1_000));
    const claims = new SignJWT({ sid: session, roles: [...roles] }).setProtectedHeader({ alg: 'HS256' });
    return { token: await claims.setSubject(user).setIssuedAt(now).setExpirationTime(expires).sign(key), expires };
  }

  async function authenticate({ headers }: Pick<IncomingMessage, 'headers'>): Promise<TicketHolder> {
    const [scheme, token, ...more] = (headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) throw new HttpProblem('missing_token');
    if (more.length > 0) throw new HttpProblem('invalid_token');
    const verified = await jwtVerify(token, key, { algorithms: ['HS256'] }).catch((error: unknown) => {
      throw new HttpProblem(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token');
    });
    const { sub: user, sid: session } = verified.payload;
    if (typeof user !== 'string' || typeof session !== 'string') throw new HttpProblem('invalid_token');
    const [found] = await store.find([session]);
    const cause = found?.user === user ? causeOf(found) : 'expired';
    if (cause !== undefined) throw new HttpProblem('session_ended', { detail: cause });
    return { user, session };
  }

  /** SameSite=Strict withholds the cookie from other sites, but a site may have many origins (RFC 6265bis §8.8.3). */
  function requireOwnOrigin({ headers }: IncomingMessage): void {
    const { origin, 'sec-fetch-site': site } = headers;
    const isOwn =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : site !== 'cross-site' && allowedOrigins.includes(origin);
    if (!isOwn) throw new HttpProblem('origin_forbidden');
  }

  function cookieOf(request: IncomingMessage): string | undefined {
    const pairs = (request.headers.cookie ?? '').split(/;\s*/);
    const pair = pairs.find((each) => each.startsWith(`${cookieName}=`));
    if (pair === undefined) return undefined;
    requireOwnOrigin(request);
    return pair.slice(cookieName.length + 1);
  }

  async function start(request: IncomingMessage): Promise<Result> {
    // Otherwise a foreign page could sign its visitor in as another user.
    requireOwnOrigin(request);
    const signedIn = await signIn(await jsonOf(request), request);
    if (signedIn === undefined) throw new HttpProblem('invalid_credentials');
    const token = newRefreshToken();
    const ends = Date.now() + sessionSeconds * 1_000;
    const hashes = { family: hashOf(token.family), secret: hashOf(token.secret), consumed: [] };
    const session = { session: randomUUID(), user: signedIn.user, roles: signedIn.roles ?? [], ...hashes, ends };
    await store.add(session);
    return { status: 200, body: await tokenFor(session), cookie: { token: formatRefreshToken(token), ends } };
  }

  async function renew(request: IncomingMessage): Promise<Result> {
    const presented = cookieOf(request);
    if (presented === undefined) throw new HttpProblem('missing_token');
    const result = await refresh(store, presented, Date.now());
    if (result.state === 'good') {
      const { session, refresh: token } = result;
      return { status: 200, body: await tokenFor(session), cookie: { token, ends: session.ends } };
    }
    if (result.state === 'reused') await revoke(result.session.session, 'refresh_reused');
    const cause = result.state === 'reused' ? 'refresh_reused' : (causeOf(result.session) ?? 'expired');
    throw new HttpProblem('session_ended', { detail: cause, clearsCookie: true });
  }

  /** Ends the session of the access token, or that of the cookie if the token is absent or expired, so that sign-out is always possible. */
  async function end(request: IncomingMessage): Promise<Result> {
    const owner = await authenticate(request).catch(async (error: unknown) => {
      const code = error instanceof HttpProblem ? error.code : undefined;
      const cookie = code === 'missing_token' || code === 'token_expired' ? cookieOf(request) : undefined;
      const token = cookie === undefined ? undefined : parseRefreshToken(cookie);
      const found = token === undefined ? undefined : await store.findFamily(hashOf(token.family));
      if (found === undefined) throw error;
      return found;
    });
    await revoke(owner.session, 'signed_out');
    return { status: 204, cookie: null };
  }

  function send(response: ServerResponse, { status, body, cookie }: Result): void {
    const attributes = `Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    if (cookie === null) response.appendHeader('set-cookie', `${cookieName}=; Max-Age=0; ${attributes}`);
    else if (cookie !== undefined) {
      const maxAge = Math.max(0, Math.floor((cookie.ends - Date.now()) / 1_000));
      response.appendHeader('set-cookie', `${cookieName}=${cookie.token}; Max-Age=${maxAge}; ${attributes}`);
    }
    response.statusCode = status;
    response.setHeader('cache-control', 'no-store');
    if (body !== undefined)
      response.setHeader('content-type', status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json');
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  function fail(response: ServerResponse, error: unknown): void {
    const known = error instanceof Error && 'code' in error && isProblemCode(error.code) ? error : undefined;
    const code = known === undefined ? 'internal' : (known.code as ProblemCode);
    if (known === undefined) log.error({ err: error }, 'a call of the session API failed');
    const { detail, clearsCookie = false } = (known ?? {}) as { detail?: string; clearsCookie?: boolean };
    const body = { ...problem(code), ...(detail === undefined ? {} : { detail }) };
    send(response, { status: body.status, body, ...(clearsCookie ? { cookie: null } : {}) });
  }

  return {
    authenticate,
    async admit({ user, session }) {
      const [found] = await store.find([session]);
      if (found?.user !== user || causeOf(found) !== undefined) return undefined;
      return { roles: found.roles, ends: found.ends };
    },
    end: (sessions, cause) => store.end(sessions, cause),
    async causesOfEnd(pairs) {
      const found = await store.find(pairs.map(({ session }) => session));
      return pairs.map(({ user }, index) => (found[index]?.user === user ? causeOf(found[index]) : 'expired'));
    },
    useRevoke(given) {
      revoke = given;
    },
    handler(request, response, next) {
      const { pathname } = new URL(`http://host${pathOf(request)}`);
      const calls = { [`POST ${path}`]: start, [`POST ${path}/refresh`]: renew, [`DELETE ${path}`]: end };
      const call = calls[`${request.method ?? ''} ${pathname}`];
      if (call === undefined) {
        next();
        return;
      }
      call(request).then(
        (result) => {
          send(response, result);
        },
        (error: unknown) => {
          fail(response, error);
        },
      );
    },
  };
}

/** The path of a request. Express removes the path of a mounted middleware from `url`. */
function pathOf(request: IncomingMessage & { readonly originalUrl?: string }): string {
  const url = request.originalUrl ?? request.url ?? '/';
  return url.startsWith('/') ? url : '/';
}

/** Reads a JSON body of at most 16 KiB. Uses the body that a parser of the framework has already read. */
async function jsonOf(request: IncomingMessage & { readonly body?: unknown }): Promise<unknown> {
  if (request.body !== undefined) return request.body;
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new HttpProblem('bad_request');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new HttpProblem('bad_request');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    throw new HttpProblem('bad_request');
  }
}
