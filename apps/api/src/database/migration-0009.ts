import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Keeps the head of the audit log in SQLite apart from its entries, so that `audit:verify` notices when the newest ones were deleted. A
 * trigger moves it in the transaction of each entry.
 */
export const auditHead: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('audit_head')
      .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('hash', 'varchar(43)', (column) => column.notNull())
      .execute();
    await sql`INSERT INTO audit_head VALUES (1, 0, '')`.execute(db);
    await sql`
      UPDATE audit_head SET seq = last.seq, hash = last.hash
      FROM (SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1) AS last`.execute(db);
    const triggers = [
      `CREATE TRIGGER audit_moves_head AFTER INSERT ON audit BEGIN
        UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE seq = NEW.seq - 1; END`,
      `CREATE TRIGGER audit_head_rejects_update BEFORE UPDATE ON audit_head WHEN NEW.seq <> OLD.seq + 1
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
      `CREATE TRIGGER audit_head_rejects_delete BEFORE DELETE ON audit_head
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
    ];
    for (const trigger of triggers) await sql.raw(trigger).execute(db);
  },
};
