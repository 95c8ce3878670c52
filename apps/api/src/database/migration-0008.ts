import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of operators in SQLite: the audit log, password links and API keys. Rooms can be archived and closed. */
export const operators: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('audit')
      .addColumn('seq', 'bigint', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('by_user', 'varchar(64)', (column) => column.notNull())
      .addColumn('address', 'varchar(64)')
      .addColumn('action', 'varchar(64)', (column) => column.notNull())
      .addColumn('target', 'varchar(128)', (column) => column.notNull())
      .addColumn('completes', 'bigint')
      .addColumn('detail', 'text')
      .addColumn('hash', 'varchar(43)', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('audit_by_user').on('audit').columns(['by_user', 'seq']).execute();
    await db.schema.createIndex('audit_by_action').on('audit').columns(['action', 'seq']).execute();
    await db.schema.createIndex('audit_by_target').on('audit').columns(['target', 'seq']).execute();
    for (const event of ['UPDATE', 'DELETE']) {
      await sql
        .raw(
          `CREATE TRIGGER audit_rejects_${event.toLowerCase()} BEFORE ${event} ON audit
           BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
        )
        .execute(db);
    }
    await db.schema
      .createTable('password_links')
      .addColumn('hash', 'varchar(43)', (column) => column.primaryKey())
      .addColumn('user_name', 'varchar(64)', (column) =>
        column.notNull().unique().references('users.name').onDelete('cascade'),
      )
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('api_keys')
      .addColumn('id', 'varchar(36)', (column) => column.primaryKey())
      .addColumn('hash', 'varchar(43)', (column) => column.notNull().unique())
      .addColumn('name', 'varchar(80)', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'varchar(64)', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('used_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute();
    await db.schema.alterTable('rooms').addColumn('archived_at', 'bigint').execute();
    await db.schema.alterTable('rooms').addColumn('closed_at', 'bigint').execute();
    await db.schema.createIndex('rooms_by_activity').on('rooms').columns(['last_at', 'name']).execute();
  },
};
