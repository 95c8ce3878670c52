import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { parseRoles } from '../users/users.ts';

/** What a session is worth at this moment. */
export type Standing =
  | { readonly state: 'good'; readonly user: string; readonly roles: readonly string[] }
  | { readonly state: 'session_ended' }
  | { readonly state: 'user_disabled' };

/** Told of a session that has ended; the end is durable by then. */
export type SessionEnded = (session: string) => void | Promise<void>;

export interface Sessions {
  /** Begins a session of a user and gives its id: 128 random bits, not to be logged. */
  start(user: string): Promise<string>;
  /** Looks at session and user, now. A session of somebody else, or one that never was, has `session_ended`. */
  look(session: string, user: string): Promise<Standing>;
  /**
   * Ends a session for good: resolves when the end is durable and everybody who listens has done their part.
   * Ending it again does no harm.
   */
  end(session: string): Promise<void>;
  onEnded(listener: SessionEnded): void;
}

/** How exactly `last_seen_at` is kept. Finer would cost a durable write at every call. */
const seenEveryMs = 60_000;

export function createSessions(db: Kysely<Tables>, now: () => number): Sessions {
  const listeners: SessionEnded[] = [];
  return {
    async start(user) {
      const id = randomBytes(16).toString('base64url');
      const at = now();
      await db
        .insertInto('sessions')
        .values({ id, user_name: user, created_at: at, last_seen_at: at, ended_at: null })
        .execute();
      return id;
    },

    async look(session, user) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('users', 'users.name', 'sessions.user_name')
        .select(['sessions.ended_at', 'sessions.last_seen_at', 'users.roles', 'users.disabled'])
        .where('sessions.id', '=', session)
        .where('users.name', '=', user)
        .executeTakeFirst();
      if (row?.ended_at !== null) return { state: 'session_ended' };
      if (row.disabled !== 0) return { state: 'user_disabled' };
      const at = now();
      if (at - row.last_seen_at >= seenEveryMs) {
        await db.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', session).execute();
      }
      return { state: 'good', user, roles: parseRoles(row.roles) };
    },

    async end(session) {
      await db
        .updateTable('sessions')
        .set({ ended_at: now() })
        .where('id', '=', session)
        .where('ended_at', 'is', null)
        .execute();
      await Promise.all(listeners.map(async (listener) => listener(session)));
    },

    onEnded(listener) {
      listeners.push(listener);
    },
  };
}
