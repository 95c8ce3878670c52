import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSessions } from '../auth/sessions.ts';
import { tempFolder } from '../testing/temp-folder.ts';
import { openDatabase } from './sqlite.ts';

test('a database of 0.1.0 is taken over: its sessions go on for as long as their tokens could', async () => {
  const folder = tempFolder();
  const made = await openDatabase(folder);
  made.close();
  // Back to what 0.1.0 left behind.
  const old = new DatabaseSync(join(folder, 'usher.db'));
  old.exec(`
    DROP TABLE sessions;
    CREATE TABLE sessions (id varchar(32) PRIMARY KEY, user_name varchar(32) NOT NULL REFERENCES users (name) ON DELETE CASCADE,
      created_at bigint NOT NULL, last_seen_at bigint NOT NULL, ended_at bigint);
    ALTER TABLE users DROP COLUMN issuer;
    DELETE FROM kysely_migration WHERE name > '0002';
    INSERT INTO users (name, password_hash, roles, disabled, created_at) VALUES ('maggie', '', '["admin"]', 0, 0);
    INSERT INTO sessions VALUES ('good', 'maggie', 1000, 1000, NULL), ('over', 'maggie', 1000, 1000, 2000);
  `);
  old.close();
  const { kysely, close } = await openDatabase(folder);
  const lives = { idleMs: 1e12, absoluteMs: 1e12 };
  const at = (now: number) => createSessions(kysely, { ...lives, maxPerUser: 10, now: () => now });
  expect(await at(3_000).look('good', 'maggie')).toEqual({
    state: 'good',
    user: 'maggie',
    roles: ['admin'],
    ends: 86_401_000,
  });
  expect(await at(3_000).look('over', 'maggie')).toEqual({ state: 'session_ended', cause: 'signed_out' });
  expect(await at(86_401_000).look('good', 'maggie')).toEqual({ state: 'session_ended', cause: 'expired' });
  close();
});
