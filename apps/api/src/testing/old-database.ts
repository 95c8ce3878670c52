import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The schema after migration 0003. A copy, so that it does not change with the code. */
const upTo0003 = `
  CREATE TABLE kysely_migration (name varchar(255) NOT NULL PRIMARY KEY, timestamp varchar(255) NOT NULL);
  CREATE TABLE kysely_migration_lock (id varchar(255) NOT NULL PRIMARY KEY, is_locked integer DEFAULT 0 NOT NULL);
  CREATE TABLE users (name varchar(64) PRIMARY KEY, password_hash text NOT NULL, roles text NOT NULL, disabled integer NOT NULL,
    created_at bigint NOT NULL, issuer varchar(256));
  CREATE TABLE sessions (id varchar(32) PRIMARY KEY, user_name varchar(64) NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    created_at bigint NOT NULL, last_seen_at bigint NOT NULL, ended_at bigint, expires_at bigint DEFAULT 0 NOT NULL,
    ended_cause varchar(32), refresh_family varchar(43), refresh_hash varchar(43), refresh_recent text DEFAULT '[]' NOT NULL,
    address varchar(64), user_agent varchar(256), external_key varchar(43), external_generation integer,
    external_issued_at bigint);
  CREATE INDEX sessions_of_user ON sessions (user_name);
  CREATE TABLE rooms (name varchar(64) PRIMARY KEY, title varchar(80) NOT NULL, private integer NOT NULL,
    epoch varchar(64) NOT NULL, seq bigint NOT NULL, created_by varchar(64) NOT NULL, created_at bigint NOT NULL);
  CREATE TABLE messages (room varchar(64) NOT NULL REFERENCES rooms (name) ON DELETE CASCADE, seq bigint NOT NULL,
    id varchar(36) NOT NULL, sender varchar(64) NOT NULL, key varchar(36) NOT NULL, text text NOT NULL, at bigint NOT NULL,
    CONSTRAINT messages_by_seq PRIMARY KEY (room, seq), CONSTRAINT messages_by_key UNIQUE (room, sender, key));
  CREATE UNIQUE INDEX sessions_by_family ON sessions (refresh_family);
  CREATE UNIQUE INDEX sessions_by_external_key ON sessions (external_key, external_generation);
  INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
  INSERT INTO kysely_migration VALUES ('0001-users-sessions-rooms-messages', '2026-11-01T00:00:00.000Z'),
    ('0002-sessions-that-last', '2026-11-02T00:00:00.000Z'), ('0003-people-of-a-provider', '2026-11-03T00:00:00.000Z');`;

/** Creates a database of an older version in a directory and executes `change`. */
export function oldDatabase(folder: string, change: string): void {
  const old = new DatabaseSync(join(folder, 'usher.db'));
  old.exec(upTo0003);
  old.exec(change);
  old.close();
}
