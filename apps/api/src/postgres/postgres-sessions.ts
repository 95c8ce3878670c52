import type { Pool, QueryResultRow } from 'pg';
import type { SessionKey, SessionStatusReader, SessionStatusRow } from '../auth/session-status.ts';
import { parseRoles } from '../users/users.ts';

const columns = 's.ended_at, s.ended_cause, s.last_seen_at, s.expires_at, u.name, u.roles, u.disabled';

const one = `
SELECT ${columns} FROM usher.sessions s JOIN usher.users u ON u.name = s.user_name
WHERE s.id = $1 AND u.name = $2`;

const many = `
SELECT pair.position, ${columns}
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS pair(session, user_name, position)
JOIN usher.sessions s ON s.id = pair.session AND s.user_name = pair.user_name
JOIN usher.users u ON u.name = s.user_name`;

interface PendingLookUp {
  readonly key: SessionKey;
  readonly resolve: (row: SessionStatusRow | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The maximum number of sessions in one statement of `lookUp`. */
const lookUpsPerStatement = 200;

/**
 * Reads sessions from PostgreSQL. Calls of `lookUp` in one turn of the event loop share a statement, which reads after all of them: under
 * load, a statement costs more than a session.
 */
export class PostgresSessionStatusReader implements SessionStatusReader {
  readonly #pool: Pool;
  #pending: PendingLookUp[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  lookUp(session: string, user: string): Promise<SessionStatusRow | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) {
        setImmediate(() => {
          const pending = this.#pending;
          this.#pending = [];
          for (let from = 0; from < pending.length; from += lookUpsPerStatement) {
            void this.#lookUpTogether(pending.slice(from, from + lookUpsPerStatement));
          }
        });
      }
      this.#pending.push({ key: { session, user }, resolve, reject });
    });
  }

  /** Never rejects. */
  async #lookUpTogether(pending: readonly PendingLookUp[]): Promise<void> {
    try {
      const [first, ...others] = pending.map(({ key }) => key);
      const rows =
        first !== undefined && others.length === 0
          ? [await this.#lookUpOne(first)]
          : await this.lookUpMany(pending.map(({ key }) => key));
      for (const [position, { resolve }] of pending.entries()) resolve(rows[position]);
    } catch (error) {
      for (const { reject } of pending) reject(error);
    }
  }

  async #lookUpOne({ session, user }: SessionKey): Promise<SessionStatusRow | undefined> {
    const values = [session, user];
    const { rows } = await this.#pool.query<QueryResultRow>({ name: 'usher-session-status', text: one, values });
    const [row] = rows;
    return row === undefined ? undefined : toStatusRow(row);
  }

  async lookUpMany(pairs: readonly SessionKey[]): Promise<readonly (SessionStatusRow | undefined)[]> {
    const { rows } = await this.#pool.query<QueryResultRow>({
      name: 'usher-session-statuses',
      text: many,
      values: [pairs.map(({ session }) => session), pairs.map(({ user }) => user)],
    });
    // Positions start at 1.
    const found = new Map(rows.map((row) => [Number(row['position']) - 1, toStatusRow(row)]));
    return pairs.map((_pair, position) => found.get(position));
  }
}

function toStatusRow(row: QueryResultRow): SessionStatusRow {
  return {
    ended_at: row['ended_at'] === null ? null : Number(row['ended_at']),
    ended_cause: row['ended_cause'] === null ? null : String(row['ended_cause']),
    last_seen_at: Number(row['last_seen_at']),
    expires_at: Number(row['expires_at']),
    name: String(row['name']),
    roles: parseRoles(String(row['roles'])),
    disabled: Number(row['disabled']),
  };
}
