import { roomTables } from '@usher/realtime/postgres';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The tables of operators, as in SQLite (`database/migration-0008.ts`). The view `room_heads` omits closed rooms, so that nothing can be
 * appended to or read from them, and marks archived rooms as read-only.
 */
const statements = [
  `CREATE TABLE usher.audit (
    seq bigint PRIMARY KEY,
    at bigint NOT NULL,
    by_user varchar(64) NOT NULL,
    address varchar(64),
    action varchar(64) NOT NULL,
    target varchar(128) NOT NULL,
    completes bigint,
    detail text,
    hash varchar(43) NOT NULL
  )`,
  'CREATE INDEX audit_by_user ON usher.audit (by_user, seq)',
  'CREATE INDEX audit_by_action ON usher.audit (action, seq)',
  'CREATE INDEX audit_by_target ON usher.audit (target, seq)',
  `CREATE FUNCTION usher.reject_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
  END
  $$`,
  `CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usher.audit
    FOR EACH STATEMENT EXECUTE FUNCTION usher.reject_audit_change()`,
  `CREATE TABLE usher.password_links (
    hash varchar(43) PRIMARY KEY,
    user_name varchar(64) NOT NULL UNIQUE REFERENCES usher.users ON DELETE CASCADE,
    expires_at bigint NOT NULL
  )`,
  `CREATE TABLE usher.api_keys (
    id varchar(36) PRIMARY KEY,
    hash varchar(43) NOT NULL UNIQUE,
    name varchar(80) NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    created_by varchar(64) NOT NULL,
    expires_at bigint,
    used_at bigint,
    revoked_at bigint
  )`,
  'ALTER TABLE usher.rooms ADD COLUMN archived_at bigint, ADD COLUMN closed_at bigint',
  'CREATE INDEX rooms_by_activity ON usher.rooms (last_at, name)',
  `CREATE OR REPLACE VIEW usher.room_heads AS
    SELECT name AS room, epoch, seq, last_at, archived_at IS NOT NULL AS read_only FROM usher.rooms WHERE closed_at IS NULL`,
];

export const operators: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
    // Replaces the function that appends messages by the one that knows read-only rooms and deletions by operators.
    await sql.raw(roomTables({ rooms: 'usher.rooms (name)' })).execute(db);
  },
};
