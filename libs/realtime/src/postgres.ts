/** The history and the memberships of rooms in PostgreSQL, for one node or several. Requires `pg`. */
export {
  messageColumns,
  PostgresHistory,
  type PostgresHistoryOptions,
  toMessage,
} from './postgres/postgres-history.ts';
export { PostgresMemberships, unreadCounts } from './postgres/postgres-memberships.ts';
export { createRoomTables, roomTables, type RoomTablesOptions } from './postgres/schema.ts';
