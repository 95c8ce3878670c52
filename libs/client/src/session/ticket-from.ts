import { fetchTicket, type FetchTicketOptions } from '../socket/fetch-ticket.ts';
import type { Who } from '../socket/identity.ts';
import type { TicketFunction } from '../socket/options.ts';
import { TicketRefused } from '../socket/errors.ts';
import type { SessionKeeper } from './session-types.ts';

/** Whether a problem code means that the call needs another access token. */
export function needsNewToken(code: unknown): boolean {
  return code === 'token_expired' || code === 'invalid_token';
}

/**
 * Creates a ticket function like `fetchTicket` that uses the tokens of a session keeper. It refreshes the token before the call if
 * necessary, and renews it and retries once if the server rejects it. If the token cannot be refreshed now, the socket retries later.
 */
export function ticketFrom(
  { fresh, renew, who }: Pick<SessionKeeper, 'fresh' | 'renew'> & { readonly who?: Who },
  options: Omit<FetchTicketOptions, 'token'>,
): TicketFunction {
  const get: TicketFunction = async (signal) => {
    const request = (token: string | undefined) => fetchTicket({ ...options, token: () => token })(signal);
    const token = await fresh();
    try {
      return await request(token);
    } catch (error) {
      if (!token || !(error instanceof TicketRefused) || !needsNewToken(error.code)) throw error;
      return request(await renew(token));
    }
  };
  return Object.assign(get, who && { who });
}
