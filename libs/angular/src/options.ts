import { InjectionToken } from '@angular/core';
import type { Reason, RoomsOptions, TicketSocketOptions } from '@usher/client';

export interface UsherOptions {
  /** Where the app's own API stands: a path of the page's origin, or a whole URL; `/api` unless told. */
  readonly api?: string;
  /**
   * The access token of now, or nothing where nobody is signed in. Where it reads signals, the socket is signed out as soon as
   * it has none any more.
   */
  readonly token: () => string | undefined;
  /** Called when the server says that this person is signed out: lead them to the sign-in page. */
  readonly onSignedOut?: (reason: Reason) => void;
  /** What else the socket may be told. */
  readonly socket?: Partial<TicketSocketOptions>;
  readonly rooms?: RoomsOptions;
}

/** The options with their defaults. */
export const USHER_OPTIONS = new InjectionToken<UsherOptions & { readonly api: string }>('usher options');
