import type { TokenAnswer } from '@usher/protocol';
import type { Observable } from 'rxjs';
import type { PageSource } from '../page.ts';
import type { Tabs } from './tabs.ts';

/** Who is signed in, and with which session. */
export interface Person {
  readonly user: string;
  /** The `sid` of the tokens; where they have none, one that was made up at the sign-in. */
  readonly session: string;
}

export type SessionState =
  | ({ readonly name: 'signed_in' } & Person)
  | {
      readonly name: 'signed_out';
      /**
       * Why the last one is not signed in any more; without it, nobody was.
       * - `signed_out`: by hand, here
       * - `signed_out_elsewhere`: in another tab, or the cookie of this browser is somebody else's by now
       * - `replaced`: another session began in another tab; it is the next state, and nothing of the first may remain
       * - anything else is what `end` was called with, or the reason of a `SessionOver`: with Usher's server one of its end causes
       */
      readonly reason?: string;
    };

/** What a sign-in comes to. `user` and `session` are wanted where the token is no JWT that has `sub` and `sid`. */
export type SignInAnswer = TokenAnswer & Partial<Person>;

/** The two calls of a server that a session lives on. */
export interface SessionServer {
  /**
   * Gets the next access token. Throws `SessionOver` where there will be none any more; whatever else it throws means: try again
   * later, and signs nobody out.
   */
  refresh(signal: AbortSignal): Promise<TokenAnswer>;
  /**
   * Ends the session. Resolves when the server knows, also when it is over already; throws where it could not be told.
   *
   * @param token a good one, if there is one: the session may have to be ended by what the browser keeps alone
   */
  end(token: string | undefined, signal: AbortSignal): Promise<void>;
}

export interface SessionKeeperOptions {
  /** `sessionByCookie({ url: '/api/auth' })`, or one's own. */
  readonly server: SessionServer;
  /** Names the entry of `localStorage`, the lock and the channel that the tabs share; `usher.session` unless told. */
  readonly name?: string;
  /** A token that is good for less than this, in ms, or for less than a third of its life, is renewed first; 30,000 unless told. */
  readonly marginMs?: number;
  /** The longest that a call of the server, or the wait for another tab's, may take, in ms; 30,000 unless told. */
  readonly answerMs?: number;
  /** What the tabs share; the browser's own unless told, nothing where there is none. */
  readonly tabs?: Tabs;
  /** What the page goes through; the browser's own window and document unless told. */
  readonly page?: PageSource;
  /** Unix ms; `Date.now` unless told. */
  readonly now?: () => number;
}

/**
 * Keeps somebody signed in. The access token is in memory and nowhere else; `localStorage` says who is signed in, so that a reload
 * and every other tab know it, and holds no secret. Its functions may be taken from it.
 */
export interface SessionKeeper {
  /** The present state at once, then every change. */
  readonly state$: Observable<SessionState>;
  readonly state: SessionState;
  /** The token that is held now, whether it is still good or not. After a reload there is none before `fresh()`. */
  readonly token: () => string | undefined;
  /** Who is signed in, for the `who` of a socket; `undefined` if no one is. */
  readonly who: () => Person | undefined;
  /**
   * Resolves to a token that is good for a while, refreshed if need be: one refresh at a time, over all tabs. To `undefined` where
   * nobody is signed in, or not any more the one who was when it was called. Rejects where there is none to be had now, with
   * what the server's `refresh` threw; the session lives on.
   */
  readonly fresh: () => Promise<string | undefined>;
  /** After a 401: resolves to another token than the rejected one, as `fresh` does. Where another is held already, to that. */
  readonly renew: (rejected: string) => Promise<string | undefined>;
  /**
   * Signs in: nothing of another session is under way meanwhile in any tab, and a session that the server has still to be told
   * the end of is ended first. Rejects with what `ask` rejects with.
   *
   * @param ask calls the server and resolves to its answer
   */
  readonly signIn: (ask: () => Promise<SignInAnswer>) => Promise<void>;
  /**
   * Signs out, here and in every tab, at once. Resolves to whether the server knows; if not, it is told as soon as it can be
   * reached, also after a reload, and the session is never refreshed again.
   */
  readonly signOut: () => Promise<boolean>;
  /** The server said that the session is over. The first reason counts. */
  readonly end: (reason: string) => void;
  /** Lets go of everything that it listens to. */
  readonly stop: () => void;
}
