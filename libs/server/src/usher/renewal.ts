import type { Connection, Renewal } from '@usher/realtime';
import type { ConnectSlots, ConsumeResult, TicketClaims, TicketStoreBreaker } from '@usher/ticket';
import type { ClientAdmission } from './admission.ts';

export interface RenewalOptions {
  readonly store: TicketStoreBreaker;
  readonly slots: ConnectSlots;
  /** The path that the tickets are for. */
  readonly endpoint: string;
  readonly admission: Pick<ClientAdmission, 'renew'>;
  /** Called when a ticket is presented that had been used before. */
  readonly onReplay: (claims: TicketClaims, connection: Connection) => void;
}

/**
 * Returns the function that renews the lease of a connection with a new ticket. It consumes the ticket, which must be of the same user and
 * session, and resolves to `undefined` if it is invalid.
 */
export function createRenewal({ store, slots, endpoint, admission, onReplay }: RenewalOptions) {
  const markUsed = (result: ConsumeResult): void => {
    if (result.ok) slots.markUsed(result.claims);
  };
  return async (connection: Connection, ticket: string): Promise<Renewal | undefined> => {
    const { user, session } = connection.identity;
    const consumed = await store.consume(ticket, endpoint, { onLate: markUsed });
    markUsed(consumed);
    if (!consumed.ok && consumed.reason === 'used' && consumed.claims !== undefined)
      onReplay(consumed.claims, connection);
    if (!consumed.ok || consumed.claims.session !== session || consumed.claims.user !== user) return undefined;
    return admission.renew(connection.identity);
  };
}
