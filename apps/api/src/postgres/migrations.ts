import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { roomTables } from '@usher/realtime/postgres';
import { operators } from './migration-0002.ts';
import { auditHead } from './migration-0003.ts';

/** All migrations of the PostgreSQL database in order. The name of a released migration never changes. */
export const postgresMigrations: Record<string, Migration> = {
  '0001-users-sessions-rooms': {
    async up(db: Kysely<unknown>): Promise<void> {
      const run = (statement: string) => sql.raw(statement).execute(db);
      for (const statement of accountsAndRooms) await run(statement);
      await run(roomTables({ rooms: 'usher.rooms (name)' }));
      for (const statement of searchIndex) await run(statement);
    },
  },
  '0002-operators': operators,
  '0003-audit-head': auditHead,
};

/**
 * The tables of this app, as in SQLite (`database/schema.ts`). Messages, memberships and mentions are the tables of
 * `@usher/realtime/postgres`. `rooms` contains the heads of the rooms; the view `room_heads` shows them in the form of the library.
 */
const accountsAndRooms = [
  `CREATE TABLE usher.users (
    name varchar(64) PRIMARY KEY,
    password_hash text NOT NULL,
    roles text NOT NULL,
    disabled integer NOT NULL,
    created_at bigint NOT NULL,
    issuer varchar(256),
    demo_password integer
  )`,
  `CREATE TABLE usher.sessions (
    id varchar(32) PRIMARY KEY,
    user_name varchar(64) NOT NULL REFERENCES usher.users ON DELETE CASCADE,
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
  'CREATE INDEX sessions_of_user ON usher.sessions (user_name)',
  `CREATE TABLE usher.rooms (
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
  'CREATE INDEX rooms_of_creator ON usher.rooms (created_by, created_at)',
  'CREATE INDEX rooms_by_title ON usher.rooms (title, name)',
  'CREATE INDEX public_rooms_by_title ON usher.rooms (title, name) WHERE private = 0',
  'CREATE VIEW usher.room_heads AS SELECT name AS room, epoch, seq, last_at FROM usher.rooms',
  `CREATE TABLE usher.stored_bytes (
    user_name varchar(64) PRIMARY KEY,
    since bigint NOT NULL,
    bytes bigint NOT NULL
  )`,
];

/** Serves "these words in these rooms" from one index. `number` orders the messages of all rooms by their arrival, for pages of results. */
const searchIndex = [
  'ALTER TABLE usher.messages ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE',
  'CREATE EXTENSION IF NOT EXISTS btree_gin',
  'CREATE INDEX messages_by_words ON usher.messages USING gin (room, words)',
];
