import type { TokenResponse } from '@usher/protocol';
import type { Observable } from 'rxjs';
import type { PageSource } from '../socket/page.ts';
import type { Tabs } from './tabs.ts';

/** The signed-in user and session. */
export interface SessionIdentity {
  readonly user: string;
  /** The `sid` of the token; a random value if the token has none. */
  readonly session: string;
}

export type SessionState =
  | ({ readonly name: 'signed_in' } & SessionIdentity)
  | {
      readonly name: 'signed_out';
      /**
       * Why the session ended; `undefined` if there was none.
       * - `signed_out`: `signOut()` was called in this tab
       * - `signed_out_elsewhere`: signed out in another tab, or the cookie now belongs to another user
       * - `replaced`: another session started; it is the next state, and all data of the previous one must be deleted
       * - anything else: the argument of `end`, or the reason of a `SessionEnded`; with Usher's server one of its end causes
       */
      readonly reason?: string;
    };

/** The response to a sign-in. `user` is required if the token is not a JWT with `sub`; `session` defaults to the `sid` or a random value. */
export type SignInResponse = TokenResponse & Partial<SessionIdentity>;

/** The server calls that a session keeper uses. */
export interface SessionServer {
  /**
   * Requests the next access token. Throws `SessionEnded` if the session has ended. After any other error the session continues, and
   * the refresh is retried later.
   */
  refresh(signal: AbortSignal): Promise<TokenResponse>;
  /**
   * Ends the session on the server. Also resolves if the session has already ended. Throws if the server could not be reached.
   *
   * @param token a valid access token, or `undefined`: then only the cookie identifies the session
   */
  end(token: string | undefined, signal: AbortSignal): Promise<void>;
}

export interface SessionKeeperOptions {
  /** `sessionByCookie({ url: '/api/auth' })`, or your own implementation. */
  readonly server: SessionServer;
  /** Names the entry of `localStorage`, the lock and the channel that the tabs share. Defaults to `usher.session`. */
  readonly name?: string;
  /** A token is refreshed if it expires within this time in ms, or within a third of its lifetime if that is shorter. Defaults to 30,000. */
  readonly marginMs?: number;
  /** The timeout in ms for a server call and for the lock of another tab. Defaults to 30,000. */
  readonly timeoutMs?: number;
  /** The storage, locks and channel that the tabs share. Defaults to `browserTabs()`. */
  readonly tabs?: Tabs;
  /** The source of page events. Defaults to `browserPage`. */
  readonly page?: PageSource;
}

/**
 * Keeps a user signed in. The access token exists in memory only. `localStorage` contains the user and session for reloads and other
 * tabs, and no secret. The functions do not depend on `this`.
 */
export interface SessionKeeper {
  /** Emits the current state on subscription, then every change. */
  readonly state$: Observable<SessionState>;
  readonly state: SessionState;
  /** Returns the current token, even if it has expired. `undefined` after a reload until `fresh()` is called. */
  readonly token: () => string | undefined;
  /** Returns the signed-in user and session, for the `who` of a socket; `undefined` if no one is signed in. */
  readonly who: () => SessionIdentity | undefined;
  /**
   * Resolves to a valid token, refreshed if necessary. Only one refresh runs at a time, across all tabs. Resolves to `undefined` if no
   * one is signed in or the session changed during the call. Rejects with the error of the server's `refresh` if the token cannot be
   * refreshed now; the session continues.
   */
  readonly fresh: () => Promise<string | undefined>;
  /** Call it after a 401: resolves like `fresh`, to a token other than the rejected one. */
  readonly renew: (rejected: string) => Promise<string | undefined>;
  /**
   * Signs in. No tab refreshes or ends a session meanwhile, and a pending sign-out is sent to the server first. Rejects with the error
   * of `request`.
   *
   * @param request calls the server and resolves to its response
   */
  readonly signIn: (request: () => Promise<SignInResponse>) => Promise<void>;
  /**
   * Signs out immediately in all tabs. Resolves to whether the server has confirmed. If not, the call is retried when the page becomes
   * active, even after a reload, and the session is never refreshed again.
   */
  readonly signOut: () => Promise<boolean>;
  /** Reports that the server has ended the session. Later reasons are ignored. */
  readonly end: (reason: string) => void;
  /** Removes all event listeners and closes the channel. */
  readonly stop: () => void;
}
