import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

export interface SecurityHeadersOptions {
  /** `PUBLIC_URL`, where it is set. */
  readonly publicUrl: string | undefined;
}

/**
 * Headers of every answer. The policy lets the page load what this server serves, and nothing else; scripts stand in files only.
 * Styles may be inline, since Angular adds component styles as elements. The socket's own origin is `'self'`
 * (CSP Level 3 §6.7.2.8); older browsers want it spelled, so the public address is named too where it is known.
 */
export const securityHeaders = fp<SecurityHeadersOptions>(
  async (app, { publicUrl }) => {
    const https = publicUrl?.startsWith('https:') === true;
    const socket = publicUrl === undefined ? [] : [publicUrl.replace(/^http/, 'ws')];
    await app.register(helmet, {
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
      // Only a server that is reached over https may ask for https for good.
      strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
      xFrameOptions: { action: 'deny' },
    });
  },
  { name: 'security-headers', fastify: '5.x' },
);
