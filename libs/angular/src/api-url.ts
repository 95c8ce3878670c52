import { DOCUMENT, inject } from '@angular/core';
import { USHER_OPTIONS } from './options.ts';

/** The addresses of the app's own API, as the page sees them. To be called in an injection context. */
export function injectApi(): {
  readonly at: (path: string) => string;
  readonly pathOf: (url: string) => string | undefined;
} {
  const { api } = inject(USHER_OPTIONS);
  const document = inject(DOCUMENT);
  const base = (): URL => new URL(api.replace(/\/+$/, ''), document.baseURI);

  return {
    at: (path) => base().href.replace(/\/+$/, '') + path,
    /** The path behind the API's prefix, `undefined` for a URL that is none of the API's. */
    pathOf(url) {
      if (!URL.canParse(url, document.baseURI)) return undefined;
      const { origin, pathname } = new URL(url, document.baseURI);
      const own = base();
      const prefix = own.pathname.replace(/\/+$/, '');
      const within = origin === own.origin && (pathname === prefix || pathname.startsWith(`${prefix}/`));
      return within ? pathname.slice(prefix.length) : undefined;
    },
  };
}
