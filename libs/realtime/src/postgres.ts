/** The history and the memberships of rooms in PostgreSQL, and an outbox for other programs, for one node or several. Requires `pg`. */
export { systemSender } from './postgres/outbox-schema.ts';
export {
  messageColumns,
  PostgresHistory,
  type PostgresHistoryOptions,
  type RoomEntry,
  toMessage,
} from './postgres/postgres-history.ts';
export { PostgresOutbox, type PostgresOutboxOptions } from './postgres/postgres-outbox.ts';
export { PostgresMemberships, unreadCounts } from './postgres/postgres-memberships.ts';
export { createRoomTables, roomTables, type RoomTablesOptions } from './postgres/schema.ts';
