import type { FastifyRequest } from 'fastify';
import type { Tables } from '../database/schema.ts';

/** Where a session is used from, as far as a request tells. */
export interface Whence {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

export function whenceOf(request: FastifyRequest): Whence {
  return { address: request.ip, userAgent: request.headers['user-agent'] };
}

/** What is kept of it. */
export function columnsOf({ address, userAgent }: Whence): Pick<Tables['sessions'], 'address' | 'user_agent'> {
  return { address: address?.slice(0, 64) ?? null, user_agent: userAgent?.slice(0, 256) ?? null };
}
