import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { integer, promiseOf, type Row, string } from '../database/sqlite-values.ts';
import { parseRoles } from '../users/users.ts';
import type { SessionKey, SessionStatusReader, SessionStatusRow } from './session-status.ts';

const columns = 'ended_at, ended_cause, last_seen_at, expires_at, name, roles, disabled';

/** Rows in the cache, about 500 bytes each. */
const cachedRows = 50_000;

/**
 * Reads sessions from SQLite with prepared statements over two primary keys.
 *
 * `lookUp` caches rows, because each connect reads its session twice. A cached row is always current: all writes of this process use
 * this connection, and triggers on it remove a changed row within the statement that changes it. Other processes must not change the
 * tables `sessions` and `users` while the server runs.
 */
export class SqliteSessionStatusReader implements SessionStatusReader {
  readonly #sqlite: DatabaseSync;
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  readonly #rows = new LRUCache<string, SessionStatusRow>({ max: cachedRows });

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
    this.#one = sqlite.prepare(
      `SELECT ${columns} FROM sessions JOIN users ON name = user_name WHERE id = ? AND name = ?`,
    );
    // CROSS JOIN fixes the order of the loops: each pair is looked up in the primary keys.
    this.#many = sqlite.prepare(
      `SELECT pair.key AS position, ${columns} FROM json_each(?) AS pair
       CROSS JOIN sessions ON sessions.id = pair.value ->> 0 AND user_name = pair.value ->> 1
       CROSS JOIN users ON users.name = user_name`,
    );
    this.#watchChanges();
  }

  lookUp(session: string, user: string): Promise<SessionStatusRow | undefined> {
    const known = this.#rows.get(session);
    if (known?.name === user) return Promise.resolve(known);
    return promiseOf(() => {
      const row = this.#one.get(session, user);
      if (row === undefined) return undefined;
      const status = toStatusRow(row);
      // A row that an open transaction has changed may be rolled back.
      if (!this.#sqlite.isTransaction) this.#rows.set(session, status);
      return status;
    });
  }

  lookUpMany(pairs: readonly SessionKey[]): Promise<readonly (SessionStatusRow | undefined)[]> {
    return promiseOf(() => {
      const found = new Map<number, SessionStatusRow>();
      for (const row of this.#many.iterate(JSON.stringify(pairs.map(({ session, user }) => [session, user])))) {
        found.set(integer(row['position']), toStatusRow(row));
      }
      return pairs.map((_pair, position) => found.get(position));
    });
  }

  /** Creates triggers that exist on this connection only. Changes of users are rare, so they clear the cache. */
  #watchChanges(): void {
    this.#sqlite.function('usher_session_changed', (session) => {
      this.#rows.delete(String(session));
      return null;
    });
    this.#sqlite.function('usher_user_changed', () => {
      this.#rows.clear();
      return null;
    });
    for (const [table, change] of [
      ['sessions', 'usher_session_changed(OLD.id)'],
      ['users', 'usher_user_changed()'],
    ] as const) {
      for (const event of ['UPDATE', 'DELETE']) {
        this.#sqlite.exec(
          `CREATE TEMP TRIGGER usher_${table}_${event} AFTER ${event} ON main.${table} BEGIN SELECT ${change}; END`,
        );
      }
    }
  }
}

function toStatusRow({ ended_at: endedAt, ended_cause: cause, ...row }: Row): SessionStatusRow {
  return {
    ended_at: endedAt === null ? null : integer(endedAt),
    ended_cause: cause === null ? null : string(cause),
    last_seen_at: integer(row['last_seen_at']),
    expires_at: integer(row['expires_at']),
    name: string(row['name']),
    roles: parseRoles(string(row['roles'])),
    disabled: integer(row['disabled']),
  };
}
