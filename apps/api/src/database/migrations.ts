import { type Kysely, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { membersAndChanges } from './migration-0004.ts';
import { operators } from './migration-0008.ts';
import { auditHead } from './migration-0009.ts';
import { titleKey } from './new-room.ts';
import type { Tables } from './schema.ts';

/** All migrations in order. The name of a released migration never changes. */
const migrations: Record<string, Migration> = {
  '0001-users-sessions-rooms-messages': {
    // Released with 32 characters per name. SQLite ignores lengths, so no migration was necessary.
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('users')
        .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .addColumn('roles', 'text', (column) => column.notNull())
        .addColumn('disabled', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('sessions')
        .addColumn('id', 'varchar(32)', (column) => column.primaryKey())
        .addColumn('user_name', 'varchar(64)', (column) =>
          column.notNull().references('users.name').onDelete('cascade'),
        )
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
        .addColumn('ended_at', 'bigint')
        .execute();
      await db.schema.createIndex('sessions_of_user').on('sessions').column('user_name').execute();
      await db.schema
        .createTable('rooms')
        .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('title', 'varchar(80)', (column) => column.notNull())
        .addColumn('private', 'integer', (column) => column.notNull())
        .addColumn('epoch', 'varchar(64)', (column) => column.notNull())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'varchar(64)', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('messages')
        .addColumn('room', 'varchar(64)', (column) => column.notNull().references('rooms.name').onDelete('cascade'))
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('id', 'varchar(36)', (column) => column.notNull())
        .addColumn('sender', 'varchar(64)', (column) => column.notNull())
        .addColumn('key', 'varchar(36)', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('messages_by_seq', ['room', 'seq'])
        .addUniqueConstraint('messages_by_key', ['room', 'sender', 'key'])
        .execute();
    },
  },

  '0002-sessions-that-last': {
    async up(db: Kysely<unknown>): Promise<void> {
      // SQLite adds only one column per statement.
      const add = db.schema.alterTable('sessions');
      await add.addColumn('expires_at', 'bigint', (column) => column.notNull().defaultTo(0)).execute();
      await add.addColumn('ended_cause', 'varchar(32)').execute();
      await add.addColumn('refresh_family', 'varchar(43)').execute();
      await add.addColumn('refresh_hash', 'varchar(43)').execute();
      await add.addColumn('refresh_recent', 'text', (column) => column.notNull().defaultTo('[]')).execute();
      await add.addColumn('address', 'varchar(64)').execute();
      await add.addColumn('user_agent', 'varchar(256)').execute();
      await db.schema.createIndex('sessions_by_family').unique().on('sessions').column('refresh_family').execute();
      // Existing sessions have no refresh token, so they last as long as the longest possible access token.
      await sql`UPDATE sessions SET expires_at = created_at + 86400000`.execute(db);
    },
  },

  '0003-people-of-a-provider': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('users').addColumn('issuer', 'varchar(256)').execute();
      const add = db.schema.alterTable('sessions');
      await add.addColumn('external_key', 'varchar(43)').execute();
      await add.addColumn('external_generation', 'integer').execute();
      await add.addColumn('external_issued_at', 'bigint').execute();
      await db.schema
        .createIndex('sessions_by_external_key')
        .unique()
        .on('sessions')
        .columns(['external_key', 'external_generation'])
        .execute();
    },
  },

  '0004-members-and-changes': membersAndChanges,

  /**
   * The full-text index of messages in FTS5 (sqlite.org/fts5.html), without case and accents. Each row also indexes the room as a word,
   * so that the cost of a search depends on the searched rooms only. The index stores no texts: its row ids are `messages.number`. Deleted
   * messages, edits and deletions are not indexed.
   */
  '0005-index-of-texts': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        CREATE VIRTUAL TABLE message_texts USING fts5(room, text, content = '', columnsize = 0, prefix = '2 3',
          tokenize = "unicode61 remove_diacritics 2")`.execute(db);
      // Removed entries are erased from the file, not only marked as deleted.
      await sql`INSERT INTO message_texts (message_texts, rank) VALUES ('secure-delete', 1)`.execute(db);
      await sql`
        INSERT INTO message_texts (rowid, room, text)
        SELECT number, lower(hex(room)), text FROM messages ORDER BY number`.execute(db);
    },
  },

  /**
   * Marks the accounts that may have the demo password, and makes the titles of public rooms unique.
   *
   * For existing accounts the mark is null (unknown) until a startup needs it. Of existing rooms with the same title, the oldest gets the key.
   */
  '0006-demo-passwords-and-unique-titles': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('users').addColumn('demo_password', 'integer').execute();
      await sql`
        UPDATE users SET demo_password = 0
        WHERE name NOT IN ('maggie', 'bart', 'lisa', 'admin') OR password_hash = ''`.execute(db);
      await db.schema.alterTable('rooms').addColumn('title_key', 'text').execute();
      const { rows } = await sql<{ name: string; title: string }>`
        SELECT name, title FROM rooms WHERE private = 0 ORDER BY created_at, name`.execute(db);
      const keys = new Set<string>();
      for (const { name, title } of rows) {
        const key = titleKey(title);
        if (keys.has(key)) continue;
        keys.add(key);
        await sql`UPDATE rooms SET title_key = ${key} WHERE name = ${name}`.execute(db);
      }
      await db.schema.createIndex('room_titles').unique().on('rooms').column('title_key').execute();
    },
  },

  /** Adds indexes for the pages of room lists, the stored bytes per user, and a table for probe writes of the health check. */
  '0007-lists-and-limits': {
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
  },

  '0008-operators': operators,
  '0009-audit-head': auditHead,
};

/** The names of all migrations that the latest schema has. */
export const migrationNames: readonly string[] = Object.keys(migrations);

/**
 * Migrates the schema to the latest version. Call within a transaction, because migrations on SQLite do not open their own.
 *
 * @throws Error when a migration fails, or when the database has unknown migrations of a newer version.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw new Error('the database could not be migrated', { cause: error });
}
