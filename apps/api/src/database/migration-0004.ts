import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Adds memberships with read markers, edits and deletions of messages, and mentions.
 *
 * Existing data: the creator and the senders of a room become its members, all users become members of the demo rooms, and all messages
 * count as read.
 */
export const membersAndChanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await numberMessages(db);
    await extendRooms(db);
    await db.schema
      .createTable('memberships')
      .addColumn('room', 'varchar(64)', (column) => column.notNull().references('rooms.name').onDelete('cascade'))
      .addColumn('user_name', 'varchar(64)', (column) => column.notNull())
      .addColumn('read_seq', 'bigint', (column) => column.notNull())
      .addColumn('joined_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('memberships_of_user', ['user_name', 'room'])
      .execute();
    await db.schema.createIndex('memberships_of_room').on('memberships').columns(['room', 'user_name']).execute();
    await db.schema
      .createTable('mentions')
      .addColumn('room', 'varchar(64)', (column) => column.notNull().references('rooms.name').onDelete('cascade'))
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('user_name', 'varchar(64)', (column) => column.notNull())
      .addPrimaryKeyConstraint('mentions_of_user', ['user_name', 'room', 'seq'])
      .execute();
    await sql`
      INSERT INTO memberships (room, user_name, read_seq, joined_at)
      SELECT rooms.name, users.name, rooms.seq, rooms.created_at FROM rooms CROSS JOIN users WHERE rooms.everyone = 1
      UNION SELECT name, created_by, seq, created_at FROM rooms
      UNION SELECT rooms.name, messages.sender, rooms.seq, rooms.created_at
        FROM rooms JOIN messages ON messages.room = rooms.name WHERE rooms.private = 0`.execute(db);
  },
};

/**
 * Numbers all messages across rooms in the order of arrival, for the full-text index. SQLite cannot add a primary key to an existing
 * table, so the table is created again.
 */
async function numberMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('numbered_messages')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('room', 'varchar(64)', (column) => column.notNull().references('rooms.name').onDelete('cascade'))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('id', 'varchar(36)', (column) => column.notNull())
    .addColumn('sender', 'varchar(64)', (column) => column.notNull())
    .addColumn('key', 'varchar(36)', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('edits', 'bigint')
    .addColumn('deletes', 'bigint')
    .addColumn('edited_at', 'bigint')
    .addColumn('deleted_at', 'bigint')
    .addUniqueConstraint('numbered_messages_by_seq', ['room', 'seq'])
    .addUniqueConstraint('numbered_messages_by_key', ['room', 'sender', 'key'])
    .execute();
  await sql`
    INSERT INTO numbered_messages (room, seq, id, sender, key, text, at)
    SELECT room, seq, id, sender, key, text, at FROM messages ORDER BY at, room, seq`.execute(db);
  await db.schema.dropTable('messages').execute();
  await db.schema.alterTable('numbered_messages').renameTo('messages').execute();
  // A covering index for unread counts. It includes the columns of its own condition, because SQLite evaluates the condition again.
  await db.schema
    .createIndex('messages_that_count')
    .on('messages')
    .columns(['room', 'seq', 'sender', 'edits', 'deletes', 'deleted_at'])
    .where(sql<boolean>`edits IS NULL AND deletes IS NULL AND deleted_at IS NULL`)
    .execute();
  await db.schema
    .createIndex('edits_of_message')
    .on('messages')
    .columns(['room', 'edits'])
    .where(sql<boolean>`edits IS NOT NULL`)
    .execute();
}

async function extendRooms(db: Kysely<unknown>): Promise<void> {
  const rooms = db.schema.alterTable('rooms');
  await rooms.addColumn('everyone', 'integer', (column) => column.notNull().defaultTo(0)).execute();
  await rooms.addColumn('last_at', 'bigint', (column) => column.notNull().defaultTo(0)).execute();
  await db.schema.createIndex('rooms_of_maker').on('rooms').column('created_by').execute();
  await sql`
    UPDATE rooms SET
      everyone = CASE WHEN name IN ('general', 'random') AND created_by = 'admin' AND private = 0 THEN 1 ELSE 0 END,
      last_at = coalesce(
        (SELECT at FROM messages WHERE messages.room = rooms.name ORDER BY seq DESC LIMIT 1), created_at)`.execute(db);
}
