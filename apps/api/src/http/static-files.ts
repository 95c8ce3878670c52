import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { sendProblem } from './http-problem.ts';

export interface PageOptions {
  /** The folder of the built page. */
  readonly webRoot: string;
}

/** What the build names after its content (eight characters of base64url). Compressed siblings have an ending more. */
const hashedFile = /[\\/](?:chunk|main|polyfills|styles|worker)-[\w-]{8}\.(?:css|js)(?:\.(?:br|gz))?$/;

/**
 * The built page. Files named after their content are kept by browsers for good, all others are asked for again.
 * Paths that look like pages (no ending, not under `/api`) get `index.html`, so that a deep link works.
 * What is compressed beside a file (`.br`, `.gz`) is sent to those who take it. Dotfiles are not there.
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
          const kept = hashedFile.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
          reply.header('cache-control', kept).header('vary', 'accept-encoding');
        },
      });
    } else {
      app.log.warn({ webRoot }, 'the page has not been built: this server answers its API only');
    }

    app.setNotFoundHandler((request, reply) => {
      if (built && isPagePath(request)) return sendIndex(reply);
      return sendProblem(reply, 'not_found');
    });
  },
  { name: 'page', fastify: '5.x' },
);

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.code(200).sendFile('index.html');
}

/** Whether a path may be one of the page's own: those it does not name are the page's "not found" to show. */
function isPagePath(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const [path = ''] = request.url.split('?', 1);
  const [, first = ''] = path.split('/');
  return first !== 'api' && first !== 'metrics' && !path.includes('.') && !path.includes('%');
}
