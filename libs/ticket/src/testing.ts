/** The contract suite for implementations of `TicketStore` (requires Vitest), and raw handshakes for tests of gates. */
export { type HandshakeParts, type HandshakeResponse, sendHandshake } from './testing/raw-handshake.ts';
export { ticketStoreContract, type TicketStoreFixture } from './testing/ticket-store-contract.ts';
