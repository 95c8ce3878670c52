/** The contract suite for implementations of `TicketStore`. Requires Vitest. */
export { ticketStoreContract, type TicketStoreSetting } from './testing/ticket-store-contract.ts';
