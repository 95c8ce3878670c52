import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Keeps the head of the audit log apart from its entries, as in SQLite (`database/migration-0009.ts`). The trigger also moves it for entries
 * of nodes of an older version, which run until the update of all nodes is complete.
 */
const statements = [
  'LOCK TABLE usher.audit IN EXCLUSIVE MODE',
  `CREATE TABLE usher.audit_head (
    id integer PRIMARY KEY CHECK (id = 1),
    seq bigint NOT NULL,
    hash varchar(43) NOT NULL
  )`,
  `INSERT INTO usher.audit_head VALUES (1, 0, '')`,
  `UPDATE usher.audit_head SET seq = last.seq, hash = last.hash
    FROM (SELECT seq, hash FROM usher.audit ORDER BY seq DESC LIMIT 1) AS last`,
  `CREATE FUNCTION usher.move_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE usher.audit_head SET seq = NEW.seq, hash = NEW.hash WHERE seq = NEW.seq - 1;
    RETURN NULL;
  END
  $$`,
  `CREATE TRIGGER audit_moves_head AFTER INSERT ON usher.audit
    FOR EACH ROW EXECUTE FUNCTION usher.move_audit_head()`,
  `CREATE TRIGGER audit_head_rejects_update BEFORE UPDATE ON usher.audit_head
    FOR EACH ROW WHEN (NEW.seq <> OLD.seq + 1) EXECUTE FUNCTION usher.reject_audit_change()`,
  `CREATE TRIGGER audit_head_rejects_delete BEFORE DELETE OR TRUNCATE ON usher.audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION usher.reject_audit_change()`,
];

export const auditHead: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
