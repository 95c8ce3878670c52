import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { titleKey } from '../rooms/room-title.ts';

/**
 * Marks the accounts that may have the demo password, and makes the titles of public rooms unique.
 *
 * For existing accounts the mark is null (unknown) until a startup needs it. Of existing rooms with the same title, the oldest gets the key.
 */
export const demoPasswordsAndUniqueTitles: Migration = {
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
};
