/** The contract suite for implementations of `TicketStore`. Requires Vitest. */
export { ticketStoreContract, type TicketStoreFixture } from './testing/ticket-store-contract.ts';
