import { InjectionToken } from '@angular/core';
import type { Reason, TicketSocketOptions, Who } from '@usher/client';
import type { RoomsOptions } from '@usher/client/rooms';

export interface UsherOptions {
  /** Where the app's own API stands: a path of the page's origin, or a whole URL; `/api` unless told. */
  readonly api?: string;
  /**
   * The current access token; `undefined` while no one is signed in, or with `fresh` also before the first refresh. Make it read a
   * signal: the socket then connects, and closes, as soon as it changes. Its `sub` and `sid` are the identity to which the socket and
   * the rooms belong; another identity closes the socket and deletes what the rooms hold.
   */
  readonly token: () => string | undefined;
  /**
   * A token that is good for a while, refreshed first if need be: what the calls and the socket use instead of `token`, where it is
   * given. Rejects where there is none to be had now: the call fails as without a network, the socket tries again later.
   */
  readonly fresh?: () => Promise<string | undefined>;
  /** Another token than the one that the server just refused as expired or invalid, with which the call is made once more. */
  readonly renew?: (rejected: string) => Promise<string | undefined>;
  /**
   * Who is signed in; replaces the identity of `token` and `signedIn`. Required for tokens without a `sub`, and wherever another user
   * can be signed in while no `token` is held. Make it read a signal. With the session keeper, its state.
   */
  readonly who?: Who;
  /** Whether someone is signed in. Defaults to whether there is a `token`. Ignored if `who` is set. */
  readonly signedIn?: () => boolean;
  /** Called when the server says that this person is signed out: lead them to the sign-in page. */
  readonly onSignedOut?: (reason: Reason) => void;
  /** What else the socket may be told. */
  readonly socket?: Partial<TicketSocketOptions>;
  readonly rooms?: RoomsOptions;
}

/** The options with their defaults. */
export const USHER_OPTIONS = new InjectionToken<UsherOptions & { readonly api: string }>('usher options');
