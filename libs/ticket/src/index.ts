/** Ticket stores and connection slots, independent of a web framework. For the Fastify plugin, see `@usher/ticket/fastify`. */
export {
  ConnectSlots,
  type ConnectSlotsOptions,
  type SlotHolder,
  type SlotResult,
  type AssignedSlot,
} from './connect-slots.ts';
export { createMemoryTicketStore, MemoryTicketData, type MemoryTicketStoreOptions } from './memory-ticket-store.ts';
export { newReceipt, parseReceipt, receiptHeader } from './new-receipt.ts';
export { redactUrl } from './redact.ts';
export { TicketStoreBreaker, type TicketStoreBreakerOptions } from './ticket-store-breaker.ts';
export {
  type CallOptions,
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketRejectionReason,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';
