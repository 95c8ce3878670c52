import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds indexes for the pages of room lists, the stored bytes per user, and a table for probe writes of the health check. */
export const listsAndLimits: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.createIndex('rooms_by_title').on('rooms').columns(['title', 'name']).execute();
    await db.schema
      .createIndex('public_rooms_by_title')
      .on('rooms')
      .columns(['title', 'name'])
      .where(sql<boolean>`private = 0`)
      .execute();
    await db.schema
      .createTable('stored_bytes')
      .addColumn('user_name', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('write_probe')
      .addColumn('filling', 'blob', (column) => column.notNull())
      .execute();
  },
};
