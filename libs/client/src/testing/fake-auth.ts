import type { TokenAnswer } from '@usher/protocol';
import { SessionOver } from '../session/session-errors.ts';
import type { Person, SessionServer } from '../session/session-types.ts';

/** What an answer leaves in the browser. */
interface Jar {
  readonly cookie: string | undefined;
}

interface FakeSession {
  readonly id: string;
  readonly user: string;
  /** The cookie that is good, and the one before with the time of its use, Unix ms. */
  cookie: string;
  before?: { readonly cookie: string; readonly usedAt: number };
  ended?: string;
}

/** Two uses of a cookie within this time both succeed. */
const graceMs = 5_000;

/**
 * The server that sessions live on, and the cookie jar of one browser: refresh cookies rotate, and one that comes back late ends the
 * session.
 *
 * ```ts
 * const auth = new FakeAuth();
 * const keeper = createSessionKeeper({ server: auth.server });
 * await keeper.signIn(() => auth.signIn('maggie'));
 * await keeper.fresh(); // 'header.….signature'
 * auth.endAll('operator');
 * auth.trouble = new TypeError('fetch failed'); // … or no network at all
 * ```
 */
export class FakeAuth {
  /** The refresh cookie that the browser holds. */
  cookie: string | undefined;
  readonly sessions: FakeSession[] = [];
  /** How often it was asked to refresh, and to end. */
  refreshes = 0;
  ends = 0;
  tokenSeconds = 900;
  /** How far the server's clock is ahead of this device's. */
  clockSkewMs = 0;
  /** What goes wrong before a call reaches the server, for as long as it is set. */
  trouble: Error | undefined;
  /** The same, of the next call only. */
  troubleOnce: Error | undefined;
  /** The way there and back: a call waits for it twice, and is lost where it rejects. */
  way: (step: 'there' | 'back') => Promise<void> = () => Promise.resolve();
  #made = 0;

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

  signIn(user: string): Promise<TokenAnswer> {
    return this.#call(() => {
      const id = `session ${this.sessions.length + 1}`;
      const session: FakeSession = { id, user, cookie: this.#nextCookie(id) };
      this.sessions.push(session);
      return { ...this.#tokenOf(session), cookie: session.cookie };
    });
  }

  /** What the server says to a cookie, whoever presents it. */
  refreshWith(cookie: string | undefined): TokenAnswer & { readonly cookie: string } {
    this.refreshes++;
    const session = this.#find(cookie);
    if (!session) throw new SessionOver('expired');
    if (session.ended !== undefined) throw new SessionOver(session.ended);
    const { before } = session;
    if (session.cookie === cookie) {
      session.before = { cookie, usedAt: Date.now() };
      session.cookie = this.#nextCookie(session.id);
    } else if (!before || before.cookie !== cookie || Date.now() - before.usedAt > graceMs) {
      session.ended = 'refresh_reused';
      throw new SessionOver(session.ended);
    }
    return { ...this.#tokenOf(session), cookie: session.cookie };
  }

  endAll(cause: string): void {
    for (const session of this.sessions) session.ended ??= cause;
  }

  /** Whom a token of this server speaks for. */
  static personOf(token: string): Person {
    const { sub, sid } = JSON.parse(atob(token.split('.')[1] ?? '')) as Record<'sub' | 'sid', string>;
    return { user: sub, session: sid };
  }

  #find(cookie: string | undefined): FakeSession | undefined {
    const id = cookie?.split('/')[0];
    return this.sessions.find((session) => session.id === id);
  }

  #nextCookie(session: string): string {
    return `${session}/${++this.#made}`;
  }

  #tokenOf({ user, id }: FakeSession): TokenAnswer {
    const iat = Math.floor((Date.now() + this.clockSkewMs) / 1000);
    const exp = iat + this.tokenSeconds;
    const claims = { sub: user, sid: id, iat, exp, jti: ++this.#made };
    return { token: `header.${btoa(JSON.stringify(claims))}.signature`, expires: exp };
  }

  async #call<T extends object>(serve: (cookie: string | undefined) => T & Jar): Promise<Omit<T & Jar, 'cookie'>> {
    const sent = this.cookie;
    await this.way('there');
    const trouble = this.troubleOnce ?? this.trouble;
    this.troubleOnce = undefined;
    if (trouble) throw trouble;
    const served = attempt(() => serve(sent));
    await this.way('back');
    const { cookie, ...answer } = served();
    this.cookie = cookie;
    return answer;
  }
}

/** Does it now, and gives what it came to when it is asked. */
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
