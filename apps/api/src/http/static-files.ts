import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { sendProblem } from './http-problem.ts';

export interface PageOptions {
  /** Directory of the built web app. */
  readonly webRoot: string;
}

/** Files with a content hash in their name (eight characters of base64url), also compressed ones. */
const hashedFile = /[\\/](?:chunk|early|main|polyfills|styles|worker)-[\w-]{8}\.(?:css|js)(?:\.(?:br|gz))?$/;

/**
 * Serves the built web app. Browsers cache hashed files permanently and revalidate all others. Paths without an extension outside `/api`
 * receive `index.html`, so that deep links work. Precompressed files (`.br`, `.gz`) are sent according to `Accept-Encoding`. Dotfiles are
 * not served.
 */
export const page = fp<PageOptions>(
  async (app, { webRoot }) => {
    const built = existsSync(join(webRoot, 'index.html'));
    if (built) {
      await app.register(staticFiles, {
        root: webRoot,
        dotfiles: 'ignore',
        preCompressed: true,
        cacheControl: false,
        setHeaders(reply, path) {
          const caching = hashedFile.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
          reply.header('cache-control', caching).header('vary', 'accept-encoding');
        },
      });
    } else {
      app.log.warn({ webRoot }, 'the web app is not built: serving only the API');
    }

    // Returns nothing: each promise that resolves to a reply adds listeners to its response, and Node warns about more than ten.
    app.setNotFoundHandler((request, reply) => {
      if (built && isPagePath(request)) void reply.code(200).sendFile('index.html');
      else sendProblem(reply, 'not_found');
    });
  },
  { name: 'page', fastify: '5.x' },
);

/** Whether a path may be a route of the web app, which shows its own page for unknown routes. */
function isPagePath(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const [path = ''] = request.url.split('?', 1);
  const [, first = ''] = path.split('/');
  return first !== 'api' && first !== 'metrics' && !path.includes('.') && !path.includes('%');
}
