/** Ticket stores and connection slots, independent of a web framework. For the Fastify plugin, see `@usher/ticket/fastify`. */
export {
  ConnectSlots,
  type ConnectSlotsOptions,
  type SlotHolder,
  type SlotResult,
  type TakenSlot,
} from './connect-slots.ts';
export { createMemoryTicketStore, type MemoryTicketStoreOptions } from './memory-ticket-store.ts';
export { redactUrl } from './redact.ts';
export {
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketFault,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';
