import type { IncomingMessage, ServerResponse } from 'node:http';
import fp from 'fastify-plugin';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * Returns the security headers of all responses, by lowercase name. The policy permits only resources of this server, and no inline scripts. Inline styles are
 * permitted, because Angular adds component styles as elements. `'self'` includes WebSockets (CSP Level 3 §6.7.2.8), but older browsers
 * need the explicit `wss:` origin.
 *
 * @param publicUrl `PUBLIC_URL`, if it is set.
 */
export function securityHeadersOf(publicUrl: string | undefined): Readonly<Record<string, string>> {
  const https = publicUrl?.startsWith('https:') === true;
  const socket = publicUrl === undefined ? [] : [publicUrl.replace(/^http/, 'ws')];
  return headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'", ...socket],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // HSTS only if the server is reached over https.
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
  });
}

const ofData = new Set(['referrer-policy', 'strict-transport-security', 'x-content-type-options']);

/** Returns the headers of JSON responses: those of all responses without the policies that only documents need. */
export function dataHeadersOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const common = Object.entries(headers).filter(([name]) => ofData.has(name));
  return { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", ...Object.fromEntries(common) };
}

/** Sets the security headers of all responses of the router. */
export const securityHeaders = fp<{ readonly headers: Readonly<Record<string, string>> }>(
  (app, { headers }, done) => {
    app.addHook('onRequest', (_request, reply, next) => {
      reply.headers(headers);
      next();
    });
    done();
  },
  { name: 'security-headers', fastify: '5.x' },
);

/** Returns the headers that Helmet sets on a response. */
function headersOf(options: HelmetOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as unknown as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error !== undefined) throw error as Error;
  });
  return headers;
}
