import type { EndCause } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
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

/** A session joined with its user, as stored. The roles are parsed, so that a cached row needs no further work. */
export type SessionStatusRow = SessionTimes &
  Pick<Tables['users'], 'name' | 'disabled'> & { readonly roles: readonly string[] };

/** A session and the user that it must belong to. */
export interface SessionKey {
  readonly session: string;
  readonly user: string;
}

/** Reads sessions together with their users. Rejects if the database cannot be read. */
export interface SessionStatusReader {
  /**
   * Resolves to `undefined` if the session does not exist or belongs to another user. An implementation may cache the row as long as it
   * is certain to be current.
   */
  lookUp(session: string, user: string): Promise<SessionStatusRow | undefined>;
  /**
   * Reads many sessions from the database with one query. Resolves to one row per pair, in the order of `pairs`: `undefined` if the
   * session does not exist or belongs to another user.
   */
  lookUpMany(pairs: readonly SessionKey[]): Promise<readonly (SessionStatusRow | undefined)[]>;
}

/** Computes the status of a session as read from the database at the time `now`, in Unix milliseconds. */
export function statusOf(row: SessionStatusRow, lifetime: SessionLifetime, now: number): SessionStatus {
  // Checked before the end of the session: disabling a user also ends the sessions, but the account is the real reason.
  if (row.disabled !== 0) return { state: 'user_disabled' };
  const cause = causeOfEnd(row, lifetime, now);
  if (cause !== undefined) return { state: 'session_ended', cause };
  return { state: 'good', user: row.name, roles: row.roles, ends: row.expires_at };
}

/** The HTTP problem for a session that is not valid. @param user the user of the session, if known */
export function problemOf(status: Exclude<SessionStatus, { state: 'good' }>, user?: string): HttpProblem {
  if (status.state === 'user_disabled') return new HttpProblem('user_disabled', { user });
  return new HttpProblem('session_ended', { detail: status.cause, user });
}
