import type { EndCause } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { parseRoles } from '../users/users.ts';
import { causeOfEnd, type Lived, type SessionLives } from './session-life.ts';

/** What a session is worth at this moment. */
export type Standing =
  | {
      readonly state: 'good';
      readonly user: string;
      readonly roles: readonly string[];
      /** Its absolute end (Unix ms): nothing that is granted to it lasts longer. */
      readonly ends: number;
    }
  /** `cause` unless nothing is known of it any more. */
  | { readonly state: 'session_ended'; readonly cause?: EndCause }
  | { readonly state: 'user_disabled' };

/** A session and the user whose it is, as the database has them. */
export type StandingRow = Lived & Pick<Tables['users'], 'name' | 'roles' | 'disabled'>;

/**
 * Finds a session together with its user, at this very moment; `undefined` where the two do not belong together. Where it can be
 * told at once it is not a promise, since it is asked at every call and twice for every connect.
 */
export type FindStanding = (
  session: string,
  user: string,
) => StandingRow | undefined | Promise<StandingRow | undefined>;

/** Judges a session together with its user. */
export function standingOf(row: StandingRow, lives: SessionLives, now: number): Standing {
  // Before the end of the session, which disabling brought about: the account is what a person has to ask about.
  if (row.disabled !== 0) return { state: 'user_disabled' };
  const cause = causeOfEnd(row, lives, now);
  if (cause !== undefined) return { state: 'session_ended', cause };
  return { state: 'good', user: row.name, roles: parseRoles(row.roles), ends: row.expires_at };
}

/** What somebody is told whose session is not good. */
export function refusalOf(standing: Exclude<Standing, { state: 'good' }>): HttpProblem {
  if (standing.state === 'user_disabled') return new HttpProblem('user_disabled');
  return new HttpProblem('session_ended', { detail: standing.cause });
}
