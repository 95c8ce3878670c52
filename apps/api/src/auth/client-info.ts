import type { FastifyRequest } from 'fastify';
import type { Tables } from '../database/schema.ts';

/** The client that uses a session, as its request describes it. */
export interface ClientInfo {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

export function clientInfoOf(request: FastifyRequest): ClientInfo {
  return { address: request.ip, userAgent: request.headers['user-agent'] };
}

/** The values to store, of bounded length. */
export function clientInfoColumns({
  address,
  userAgent,
}: ClientInfo): Pick<Tables['sessions'], 'address' | 'user_agent'> {
  return { address: address?.slice(0, 64) ?? null, user_agent: userAgent?.slice(0, 256) ?? null };
}
