import { fetchTicket, type FetchTicketOptions } from '../fetch-ticket.ts';
import type { Who } from '../identity.ts';
import type { TicketFunction } from '../options.ts';
import { TicketRefused } from '../ticket-refused.ts';
import type { SessionKeeper } from './session-types.ts';

/** Whether a problem says that the token has to be another one. */
export function wantsAnotherToken(code: unknown): boolean {
  return code === 'token_expired' || code === 'invalid_token';
}

/**
 * A ticket function as `fetchTicket` makes one, with a token that is always good: refreshed before the call if need be, and once
 * more where the server does not take it. Where it cannot be refreshed now, that is something that time may heal.
 */
export function ticketFrom(
  { fresh, renew, who }: Pick<SessionKeeper, 'fresh' | 'renew'> & { readonly who?: Who },
  options: Omit<FetchTicketOptions, 'token'>,
): TicketFunction {
  const get: TicketFunction = async (signal) => {
    const ask = (token: string | undefined) => fetchTicket({ ...options, token: () => token })(signal);
    const token = await fresh();
    try {
      return await ask(token);
    } catch (error) {
      if (!token || !(error instanceof TicketRefused) || !wantsAnotherToken(error.code)) throw error;
      return ask(await renew(token));
    }
  };
  return Object.assign(get, who && { who });
}
