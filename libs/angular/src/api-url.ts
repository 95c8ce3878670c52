import { DOCUMENT, inject } from '@angular/core';
import { USHER_OPTIONS } from './options.ts';

/** Resolves URLs of the app's API. */
export interface Api {
  /** Returns the absolute URL of a path below the API prefix. */
  at(path: string): string;
  /** Returns the path after the API prefix, or `undefined` if the URL is not part of the API. Never throws. */
  pathOf(url: string): string | undefined;
}

/** Must be called in an injection context. */
export function injectApi(): Api {
  const { api } = inject(USHER_OPTIONS);
  const document = inject(DOCUMENT);

  function base(): { readonly origin: string; readonly prefix: string } {
    const { origin, pathname } = new URL(api, document.baseURI);
    return { origin, prefix: pathname.replace(/\/+$/, '') };
  }

  return {
    at(path) {
      const { origin, prefix } = base();
      return origin + prefix + path;
    },
    pathOf(url) {
      // Compares the parsed URL, so that `//`, `..`, `\` and upper case cannot bypass the check.
      if (!URL.canParse(url, document.baseURI)) return undefined;
      const target = new URL(url, document.baseURI);
      const { origin, prefix } = base();
      const isApi = target.origin === origin && `${target.pathname}/`.startsWith(`${prefix}/`);
      return isApi ? target.pathname.slice(prefix.length) : undefined;
    },
  };
}
