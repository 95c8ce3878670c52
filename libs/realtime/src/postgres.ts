/** The history and the memberships of rooms in PostgreSQL, for one node or several. Requires `pg`. */
export { PostgresHistory, type PostgresHistoryOptions } from './postgres/postgres-history.ts';
export { PostgresMemberships } from './postgres/postgres-memberships.ts';
export { createRoomTables } from './postgres/schema.ts';
