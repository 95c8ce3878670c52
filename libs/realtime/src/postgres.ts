/** The history of rooms in PostgreSQL, for one node or several. Requires `pg`. */
export { PostgresHistory, type PostgresHistoryOptions } from './postgres/postgres-history.ts';
export { createHistoryTables } from './postgres/schema.ts';
