import { DOCUMENT, inject } from '@angular/core';
import { USHER_OPTIONS } from './options.ts';

/** The addresses of the app's own API, as the page sees them. */
export interface Api {
  /** The whole URL of a path below the API's prefix. */
  at(path: string): string;
  /** The path behind the API's prefix, `undefined` for a URL that is none of the API's. Never throws. */
  pathOf(url: string): string | undefined;
}

/** To be called in an injection context. */
export function injectApi(): Api {
  const { api } = inject(USHER_OPTIONS);
  const document = inject(DOCUMENT);

  function own(): { readonly origin: string; readonly prefix: string } {
    const { origin, pathname } = new URL(api, document.baseURI);
    return { origin, prefix: pathname.replace(/\/+$/, '') };
  }

  return {
    at(path) {
      const { origin, prefix } = own();
      return origin + prefix + path;
    },
    pathOf(url) {
      // Judged as the browser will read it, not as it is written: `//`, `..`, `\` and upper case have no tricks left then.
      if (!URL.canParse(url, document.baseURI)) return undefined;
      const target = new URL(url, document.baseURI);
      const { origin, prefix } = own();
      const within = target.origin === origin && `${target.pathname}/`.startsWith(`${prefix}/`);
      return within ? target.pathname.slice(prefix.length) : undefined;
    },
  };
}
