import { randomBytes } from 'node:crypto';
import type { EndCause } from '@usher/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { formatRefreshToken, hashOf, newRefreshToken } from './refresh-token.ts';
import { endOf, type SessionLives } from './session-life.ts';
import { type FindStanding, type Standing, standingOf } from './standing.ts';
import { columnsOf, type Whence } from './whence.ts';

export interface StartedSession {
  /** 128 random bits, not to be logged. */
  readonly session: string;
  /** The refresh token for the cookie. The only copy: the database keeps hashes. */
  readonly refresh: string;
  /** Unix ms, the absolute one. */
  readonly ends: number;
  /** Sessions of the same user beyond the limit, the least lately used first: to be ended. */
  readonly surplus: readonly string[];
}

/** A session as its owner sees it. Times are Unix milliseconds. */
export interface ListedSession extends Whence {
  readonly id: string;
  readonly startedAt: number;
  readonly seenAt: number;
  /** When it ends if nobody uses it from now on. */
  readonly ends: number;
}

export interface Sessions {
  start(user: string, whence: Whence): Promise<StartedSession>;
  /** Sessions of a user beyond the limit besides the one that has just begun, the least lately used first: to be ended. */
  surplus(user: string, session: string): Promise<readonly string[]>;
  /** Looks at session and user, now. A session of somebody else, or one that never was, has `session_ended`. */
  look(session: string, user: string): Promise<Standing>;
  /** The sessions of a user that are not over, the one used last first. */
  list(user: string): Promise<readonly ListedSession[]>;
  /** Their ids in the same order, without that of `besides`. */
  ids(user: string, besides?: string): Promise<string[]>;
  /**
   * Ends sessions for good; durable when it resolves. Those that are over already keep their first cause.
   * It closes nothing: `Endings` does.
   */
  end(sessions: readonly string[], cause: EndCause): Promise<void>;
  /** Forgets sessions that have been over for so long that nobody asks any more. Resolves to how many. */
  purge(): Promise<number>;
}

export interface SessionsOptions extends SessionLives {
  readonly maxPerUser: number;
  readonly find: FindStanding;
  readonly now: () => number;
}

/** How exactly `last_seen_at` is kept, at the coarsest. Finer would cost a durable write at every call. */
const coarsestMs = 60_000;
/** For so long whoever held a session is told why it ended. */
const rememberedMs = 7 * 86_400_000;

export function createSessions(db: Kysely<Tables>, options: SessionsOptions): Sessions {
  const { idleMs, absoluteMs, maxPerUser, find, now } = options;
  const seenEveryMs = Math.min(coarsestMs, idleMs / 4);

  return {
    async start(user, whence) {
      const session = randomBytes(16).toString('base64url');
      const token = newRefreshToken();
      const at = now();
      const ends = at + absoluteMs;
      await db
        .insertInto('sessions')
        .values({
          id: session,
          user_name: user,
          created_at: at,
          last_seen_at: at,
          expires_at: ends,
          ended_at: null,
          ended_cause: null,
          refresh_family: hashOf(token.family),
          refresh_hash: hashOf(token.secret),
          refresh_recent: '[]',
          external_key: null,
          external_generation: null,
          external_issued_at: null,
          ...columnsOf(whence),
        })
        .execute();
      return { session, refresh: formatRefreshToken(token), ends, surplus: await this.surplus(user, session) };
    },

    async surplus(user, session) {
      return (await this.ids(user, session)).slice(maxPerUser - 1).reverse();
    },

    async look(session, user) {
      const found = find(session, user);
      const row = found instanceof Promise ? await found : found;
      if (row === undefined) return { state: 'session_ended' };
      const at = now();
      const standing = standingOf(row, options, at);
      if (standing.state === 'good' && at - row.last_seen_at >= seenEveryMs) {
        await db.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', session).execute();
      }
      return standing;
    },

    async list(user) {
      const at = now();
      const rows = await db
        .selectFrom('sessions')
        .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'address', 'user_agent'])
        .where('user_name', '=', user)
        .where('ended_at', 'is', null)
        .where('expires_at', '>', at)
        .where('last_seen_at', '>', at - idleMs)
        .orderBy('last_seen_at', 'desc')
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        startedAt: row.created_at,
        seenAt: row.last_seen_at,
        ends: endOf(row, idleMs),
        address: row.address ?? undefined,
        userAgent: row.user_agent ?? undefined,
      }));
    },

    async ids(user, besides) {
      return (await this.list(user)).map(({ id }) => id).filter((id) => id !== besides);
    },

    async end(sessions, cause) {
      if (sessions.length === 0) return;
      await db
        .updateTable('sessions')
        .set({ ended_at: now(), ended_cause: cause })
        .where('id', 'in', sessions)
        .where('ended_at', 'is', null)
        .execute();
    },

    async purge() {
      const before = now() - rememberedMs;
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where((is) =>
          is.or([is('ended_at', '<', before), is('expires_at', '<', before), is('last_seen_at', '<', before - idleMs)]),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
