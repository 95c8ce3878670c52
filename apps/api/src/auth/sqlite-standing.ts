import type { DatabaseSync } from 'node:sqlite';
import { integer, string } from '../database/sqlite-values.ts';
import type { FindStanding } from './standing.ts';

/** `FindStanding` in SQLite: one prepared statement by two primary keys. */
export function createSqliteFindStanding(sqlite: DatabaseSync): FindStanding {
  const find = sqlite.prepare(
    `SELECT ended_at, ended_cause, last_seen_at, expires_at, name, roles, disabled
     FROM sessions JOIN users ON name = user_name WHERE id = ? AND name = ?`,
  );
  return (session, user) => {
    const row = find.get(session, user);
    if (row === undefined) return undefined;
    const { ended_at: endedAt, ended_cause: cause } = row;
    return {
      ended_at: endedAt === null ? null : integer(endedAt),
      ended_cause: cause === null ? null : string(cause),
      last_seen_at: integer(row['last_seen_at']),
      expires_at: integer(row['expires_at']),
      name: string(row['name']),
      roles: string(row['roles']),
      disabled: integer(row['disabled']),
    };
  };
}
