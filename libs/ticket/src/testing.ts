/** The contract suite that every form of the ticket store passes. For Vitest. */
export { ticketStoreContract, type TicketStoreSetting } from './testing/ticket-store-contract.ts';
