import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createRoomFunctions } from '@usher/realtime/postgres';

/** All migrations of the PostgreSQL database in order. The name of a released migration never changes. */
export const postgresMigrations: Record<string, Migration> = {
  '0001-users-sessions-rooms': {
    async up(db: Kysely<unknown>): Promise<void> {
      // The default path finds the schema only for a database user of that name. A superuser may have created the extension in `public`.
      await sql`SET LOCAL search_path TO usher, public`.execute(db);
      for (const statement of tables) await sql.raw(statement).execute(db);
      await createRoomFunctions((text) => sql.raw(text).execute(db));
    },
  },
};

/**
 * The same tables as in SQLite (`database/schema.ts`), with the columns that `@usher/realtime/postgres` needs. `rooms` also contains the
 * head of each room; the view `room_heads` shows it in the form of the library.
 */
const tables = [
  `CREATE TABLE users (
    name varchar(64) PRIMARY KEY,
    password_hash text NOT NULL,
    roles text NOT NULL,
    disabled integer NOT NULL,
    created_at bigint NOT NULL,
    issuer varchar(256),
    demo_password integer
  )`,
  `CREATE TABLE sessions (
    id varchar(32) PRIMARY KEY,
    user_name varchar(64) NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint,
    ended_cause varchar(32),
    refresh_family varchar(43) UNIQUE,
    refresh_hash varchar(43),
    refresh_recent text NOT NULL DEFAULT '[]',
    address varchar(64),
    user_agent varchar(256),
    external_key varchar(43),
    external_generation integer,
    external_issued_at bigint,
    UNIQUE (external_key, external_generation)
  )`,
  'CREATE INDEX sessions_of_user ON sessions (user_name)',
  `CREATE TABLE rooms (
    name varchar(64) COLLATE "C" PRIMARY KEY,
    title text COLLATE "C" NOT NULL,
    private integer NOT NULL,
    epoch varchar(64) NOT NULL,
    seq bigint NOT NULL,
    created_by varchar(64) NOT NULL,
    created_at bigint NOT NULL,
    everyone integer NOT NULL DEFAULT 0,
    last_at bigint NOT NULL,
    title_key text UNIQUE
  )`,
  'CREATE INDEX rooms_of_creator ON rooms (created_by, created_at)',
  'CREATE INDEX rooms_by_title ON rooms (title, name)',
  'CREATE INDEX public_rooms_by_title ON rooms (title, name) WHERE private = 0',
  'CREATE VIEW room_heads AS SELECT name AS room, epoch, seq, last_at FROM rooms',
  `CREATE TABLE messages (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    room varchar(64) NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq bigint NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    sender varchar(64) NOT NULL,
    key varchar(36) NOT NULL,
    text text NOT NULL,
    at bigint NOT NULL,
    edits bigint,
    deletes bigint,
    edited_at bigint,
    deleted_at bigint,
    words tsvector,
    PRIMARY KEY (room, seq),
    UNIQUE (room, sender, key)
  )`,
  `CREATE TABLE memberships (
    user_name varchar(64) NOT NULL,
    room varchar(64) NOT NULL REFERENCES rooms ON DELETE CASCADE,
    read_seq bigint NOT NULL,
    joined_at bigint NOT NULL,
    PRIMARY KEY (user_name, room)
  )`,
  `CREATE TABLE mentions (
    user_name varchar(64) NOT NULL,
    room varchar(64) NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq bigint NOT NULL,
    PRIMARY KEY (user_name, room, seq)
  )`,
  // Serves "these words in these rooms" from one index.
  'CREATE EXTENSION IF NOT EXISTS btree_gin',
  'CREATE INDEX messages_by_words ON messages USING gin (room, words)',
  `CREATE TABLE stored_bytes (
    user_name varchar(64) PRIMARY KEY,
    since bigint NOT NULL,
    bytes bigint NOT NULL
  )`,
];
