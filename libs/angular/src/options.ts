import { InjectionToken } from '@angular/core';
import type { Reason, TicketSocketOptions } from '@usher/client';
import type { RoomsOptions } from '@usher/client/rooms';

export interface UsherOptions {
  /** Where the app's own API stands: a path of the page's origin, or a whole URL; `/api` unless told. */
  readonly api?: string;
  /**
   * The access token of now, or nothing where nobody is signed in or none is held yet.
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
   * Whether anybody is signed in; unless told, whether there is a `token`. Where it reads signals, the socket is signed out as soon
   * as nobody is any more.
   */
  readonly signedIn?: () => boolean;
  /** Called when the server says that this person is signed out: lead them to the sign-in page. */
  readonly onSignedOut?: (reason: Reason) => void;
  /** What else the socket may be told. */
  readonly socket?: Partial<TicketSocketOptions>;
  readonly rooms?: RoomsOptions;
}

/** The options with their defaults. */
export const USHER_OPTIONS = new InjectionToken<UsherOptions & { readonly api: string }>('usher options');
