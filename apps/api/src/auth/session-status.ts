import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EndCause } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { integer, promiseOf, type Row, string } from '../database/sqlite-values.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { parseRoles } from '../users/users.ts';
import { causeOfEnd, type SessionLifetime, type SessionTimes } from './session-lifetime.ts';

/** Whether a session and its user are valid right now. */
export type SessionStatus =
  | {
      readonly state: 'good';
      readonly user: string;
      readonly roles: readonly string[];
      /** The absolute end of the session in Unix milliseconds. Nothing granted to the session may outlive it. */
      readonly ends: number;
    }
  /** `cause` is absent for an unknown session. */
  | { readonly state: 'session_ended'; readonly cause?: EndCause }
  | { readonly state: 'user_disabled' };

/** A session joined with its user, as stored. */
export type SessionStatusRow = SessionTimes & Pick<Tables['users'], 'name' | 'roles' | 'disabled'>;

/** A session and the user that it must belong to. */
export interface SessionKey {
  readonly session: string;
  readonly user: string;
}

/** Reads sessions together with their users. Rejects if the database cannot be read. */
export interface SessionStatusReader {
  /** Resolves to `undefined` if the session does not exist or belongs to another user. */
  lookUp(session: string, user: string): Promise<SessionStatusRow | undefined>;
  /**
   * Reads many sessions with one query. Resolves to one row per pair, in the order of `pairs`: `undefined` if the session does not exist or
   * belongs to another user.
   */
  lookUpMany(pairs: readonly SessionKey[]): Promise<readonly (SessionStatusRow | undefined)[]>;
}

const columns = 'ended_at, ended_cause, last_seen_at, expires_at, name, roles, disabled';

/** Reads sessions from SQLite with prepared statements over two primary keys. */
export class SqliteSessionStatusReader implements SessionStatusReader {
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.#one = sqlite.prepare(
      `SELECT ${columns} FROM sessions JOIN users ON name = user_name WHERE id = ? AND name = ?`,
    );
    // CROSS JOIN fixes the order of the loops: each pair is looked up in the primary keys.
    this.#many = sqlite.prepare(
      `SELECT pair.key AS position, ${columns} FROM json_each(?) AS pair
       CROSS JOIN sessions ON sessions.id = pair.value ->> 0 AND user_name = pair.value ->> 1
       CROSS JOIN users ON users.name = user_name`,
    );
  }

  lookUp(session: string, user: string): Promise<SessionStatusRow | undefined> {
    return promiseOf(() => {
      const row = this.#one.get(session, user);
      return row === undefined ? undefined : toStatusRow(row);
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
}

function toStatusRow({ ended_at: endedAt, ended_cause: cause, ...row }: Row): SessionStatusRow {
  return {
    ended_at: endedAt === null ? null : integer(endedAt),
    ended_cause: cause === null ? null : string(cause),
    last_seen_at: integer(row['last_seen_at']),
    expires_at: integer(row['expires_at']),
    name: string(row['name']),
    roles: string(row['roles']),
    disabled: integer(row['disabled']),
  };
}

/** Computes the status of a session as read from the database at the time `now`, in Unix milliseconds. */
export function statusOf(row: SessionStatusRow, lifetime: SessionLifetime, now: number): SessionStatus {
  // Checked before the end of the session: disabling a user also ends the sessions, but the account is the real reason.
  if (row.disabled !== 0) return { state: 'user_disabled' };
  const cause = causeOfEnd(row, lifetime, now);
  if (cause !== undefined) return { state: 'session_ended', cause };
  return { state: 'good', user: row.name, roles: parseRoles(row.roles), ends: row.expires_at };
}

/** The HTTP problem for a session that is not valid. */
export function problemOf(status: Exclude<SessionStatus, { state: 'good' }>): HttpProblem {
  if (status.state === 'user_disabled') return new HttpProblem('user_disabled');
  return new HttpProblem('session_ended', { detail: status.cause });
}
