import type { DatabaseSync } from 'node:sqlite';
import type { EndCause } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { integer, string } from '../database/sqlite-values.ts';
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

/**
 * Reads a session together with its user. Returns `undefined` if the session does not belong to the user. Synchronous where possible,
 * because every call reads it once and every connect twice.
 */
export type ReadSessionStatus = (
  session: string,
  user: string,
) => SessionStatusRow | undefined | Promise<SessionStatusRow | undefined>;

/** Reads sessions from SQLite with one prepared statement over two primary keys. */
export function createSessionStatusReader(sqlite: DatabaseSync): ReadSessionStatus {
  const select = sqlite.prepare(
    `SELECT ended_at, ended_cause, last_seen_at, expires_at, name, roles, disabled
     FROM sessions JOIN users ON name = user_name WHERE id = ? AND name = ?`,
  );
  return (session, user) => {
    const row = select.get(session, user);
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
