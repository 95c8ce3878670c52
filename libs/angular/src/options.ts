import { DOCUMENT, type EnvironmentProviders, inject, InjectionToken, makeEnvironmentProviders } from '@angular/core';
import type { Reason, TicketSocketOptions, Who } from '@usher/client';
import type { RoomsOptions } from '@usher/client/rooms';
import type { Protocol, RoomsProtocol } from '@usher/protocol';

/** @typeParam P the protocol of the app */
export interface UsherOptions<P extends Protocol = RoomsProtocol> {
  /** The name of the protocol, which is the WebSocket subprotocol. Defaults to `usher.v1`. */
  readonly protocol?: P['name'];
  /** The base URL of the app's API: a path on the page's origin, or an absolute URL. Defaults to `/api`. */
  readonly api?: string;
  /**
   * Returns the current access token; `undefined` while no one is signed in and, with `fresh`, before the first refresh. Let it read a
   * signal, so that the socket connects and closes as soon as the token changes. The `sub` and `sid` of the token are the identity of
   * the socket and the rooms. A change of the identity closes the socket and deletes the data of the rooms.
   */
  readonly token: () => string | undefined;
  /**
   * Resolves to a valid token, refreshed if necessary. If set, HTTP calls and the socket use it instead of `token`. If it rejects, the
   * HTTP call fails like a network failure, and the socket retries later.
   */
  readonly fresh?: () => Promise<string | undefined>;
  /** Resolves to a token other than the one that the server rejected as expired or invalid. The call is retried once with it. */
  readonly renew?: (rejected: string) => Promise<string | undefined>;
  /**
   * Returns the current identity; replaces that of `token` and `signedIn`. Required for tokens without a `sub`, and if another user can
   * be signed in while there is no `token`. Let it read a signal. With the session keeper, use its state.
   */
  readonly who?: Who;
  /** Whether someone is signed in. Defaults to whether there is a `token`. Ignored if `who` is set. */
  readonly signedIn?: () => boolean;
  /** Called when the server signs the user out. Navigate to the sign-in page here. */
  readonly onSignedOut?: (reason: Reason) => void;
  /** Further options of the socket. */
  readonly socket?: Partial<TicketSocketOptions>;
  readonly rooms?: RoomsOptions;
}

/** The options with their defaults. */
export const USHER_OPTIONS = new InjectionToken<UsherOptions<Protocol> & { readonly api: string }>('usher options');

/**
 * Provides the options alone: what `usherBearer` needs. Use it together with `provideUsherSocket()`, if the code of the socket is to be
 * loaded after the sign-in; otherwise use `provideUsher`.
 *
 * @param options the options, or a function that returns them; it is called once, in an injection context
 */
export function provideUsherOptions<P extends Protocol = RoomsProtocol>(
  options: UsherOptions<P> | (() => UsherOptions<P>),
): EnvironmentProviders {
  return makeEnvironmentProviders([
    {
      provide: USHER_OPTIONS,
      useFactory: () => ({ api: '/api', ...(typeof options === 'function' ? options() : options) }),
    },
  ]);
}

/** Returns functions that resolve URLs of the app's API. Must be called in an injection context. */
export function injectApi() {
  const { api } = inject(USHER_OPTIONS);
  const document = inject(DOCUMENT);

  function base(): { readonly origin: string; readonly prefix: string } {
    const { origin, pathname } = new URL(api, document.baseURI);
    return { origin, prefix: pathname.replace(/\/+$/, '') };
  }

  return {
    /** Returns the absolute URL of a path below the API prefix. */
    at(path: string): string {
      const { origin, prefix } = base();
      return origin + prefix + path;
    },
    /** Returns the path after the API prefix, or `undefined` if the URL is not part of the API. Never throws. */
    pathOf(url: string): string | undefined {
      // Compares the parsed URL, so that `//`, `..`, `\` and upper case cannot bypass the check.
      if (!URL.canParse(url, document.baseURI)) return undefined;
      const target = new URL(url, document.baseURI);
      const { origin, prefix } = base();
      const isApi = target.origin === origin && `${target.pathname}/`.startsWith(`${prefix}/`);
      return isApi ? target.pathname.slice(prefix.length) : undefined;
    },
  };
}
