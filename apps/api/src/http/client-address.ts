import type { IncomingMessage } from 'node:http';
import { clientAddress, proxyTrust } from '@usher/server';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The client address according to `TRUST_PROXY`, empty if the connection is already closed. Use it instead of `ip`, which may be an
     * invalid entry of `X-Forwarded-For`.
     */
    readonly clientAddress: string;
  }
}

/** A request and its client. A `FastifyRequest` is one. */
export interface ClientRequest {
  readonly raw: IncomingMessage;
  readonly clientAddress: string;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** The route, for a request that reached the router. */
  readonly routeOptions?: { readonly config: { readonly cost?: number } };
}

/** Adds `request.clientAddress` to all requests of an app. */
export function decorateClientAddress(app: FastifyInstance, trusted: Config['trustProxy']): void {
  const addressOf = clientAddress(proxyTrust(trusted));
  app.decorateRequest('clientAddress', {
    getter() {
      return addressOf(this.raw) ?? '';
    },
  });
}
