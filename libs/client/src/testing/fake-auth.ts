import type { TokenResponse } from '@usher/protocol';
import { SessionEnded } from '../socket/errors.ts';
import type { SessionIdentity, SessionServer } from '../session/session-types.ts';

/** The cookie that a response sets. */
interface CookieResponse {
  readonly cookie: string | undefined;
}

interface FakeSession {
  readonly id: string;
  readonly user: string;
  /** The valid cookie, and the previous one with the time of its use, Unix ms. */
  cookie: string;
  before?: { readonly cookie: string; readonly usedAt: number };
  ended?: string;
}

/** Within this time, in ms, a second use of a cookie succeeds. */
const graceMs = 5_000;

/**
 * A session server with the cookie jar of one browser. Refresh cookies rotate, and the reuse of an old cookie after the grace period
 * ends the session.
 *
 * ```ts
 * const auth = new FakeAuth();
 * const keeper = createSessionKeeper({ server: auth.server });
 * await keeper.signIn(() => auth.signIn('maggie'));
 * await keeper.fresh(); // 'header.….signature'
 * auth.endAll('operator');
 * auth.failure = new TypeError('fetch failed'); // simulates a network failure
 * ```
 */
export class FakeAuth {
  /** The refresh cookie of the browser. */
  cookie: string | undefined;
  readonly sessions: FakeSession[] = [];
  /** The number of `refresh` and `end` calls that reached the server. */
  refreshes = 0;
  ends = 0;
  tokenSeconds = 900;
  /** How many ms the server's clock is ahead of the device's. */
  clockSkewMs = 0;
  /** If set, every call fails with this error before it reaches the server. */
  failure: Error | undefined;
  /** The same, for the next call only. */
  failOnce: Error | undefined;
  /** Delays each request and each response. If it rejects, the request or response is lost. */
  onTransfer: (step: 'request' | 'response') => Promise<void> = () => Promise.resolve();
  #counter = 0;

  readonly server: SessionServer = {
    refresh: () => this.#call((cookie) => this.refreshWith(cookie)),
    end: async () => {
      await this.#call((cookie) => {
        this.ends++;
        const session = this.#find(cookie);
        if (session) session.ended ??= 'signed_out';
        return { cookie: undefined };
      });
    },
  };

  signIn(user: string): Promise<TokenResponse> {
    return this.#call(() => {
      const id = `session ${this.sessions.length + 1}`;
      const session: FakeSession = { id, user, cookie: this.#nextCookie(id) };
      this.sessions.push(session);
      return { ...this.#tokenOf(session), cookie: session.cookie };
    });
  }

  /** Responds to a refresh call with this cookie. */
  refreshWith(cookie: string | undefined): TokenResponse & { readonly cookie: string } {
    this.refreshes++;
    const session = this.#find(cookie);
    if (!session) throw new SessionEnded('expired');
    if (session.ended !== undefined) throw new SessionEnded(session.ended);
    const { before } = session;
    if (session.cookie === cookie) {
      session.before = { cookie, usedAt: Date.now() };
      session.cookie = this.#nextCookie(session.id);
    } else if (!before || before.cookie !== cookie || Date.now() - before.usedAt > graceMs) {
      session.ended = 'refresh_reused';
      throw new SessionEnded(session.ended);
    }
    return { ...this.#tokenOf(session), cookie: session.cookie };
  }

  endAll(cause: string): void {
    for (const session of this.sessions) session.ended ??= cause;
  }

  /** Returns the user and session of a token of this server. */
  static identityOf(token: string): SessionIdentity {
    const { sub, sid } = JSON.parse(atob(token.split('.')[1] ?? '')) as Record<'sub' | 'sid', string>;
    return { user: sub, session: sid };
  }

  #find(cookie: string | undefined): FakeSession | undefined {
    const id = cookie?.split('/')[0];
    return this.sessions.find((session) => session.id === id);
  }

  #nextCookie(session: string): string {
    return `${session}/${++this.#counter}`;
  }

  #tokenOf({ user, id }: FakeSession): TokenResponse {
    const iat = Math.floor((Date.now() + this.clockSkewMs) / 1000);
    const exp = iat + this.tokenSeconds;
    const claims = { sub: user, sid: id, iat, exp, jti: ++this.#counter };
    return { token: `header.${btoa(JSON.stringify(claims))}.signature`, expires: exp };
  }

  async #call<T extends object>(
    serve: (cookie: string | undefined) => T & CookieResponse,
  ): Promise<Omit<T & CookieResponse, 'cookie'>> {
    const sent = this.cookie;
    await this.onTransfer('request');
    const failure = this.failOnce ?? this.failure;
    this.failOnce = undefined;
    if (failure) throw failure;
    const served = attempt(() => serve(sent));
    await this.onTransfer('response');
    const { cookie, ...response } = served();
    this.cookie = cookie;
    return response;
  }
}

/** Calls `run` now and returns a function that returns its result or throws its error. */
function attempt<T>(run: () => T): () => T {
  try {
    const value = run();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
