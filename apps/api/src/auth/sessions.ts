import { randomBytes } from 'node:crypto';
import type { EndCause } from '@usher/protocol';
import type { Logger } from '@usher/realtime';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { LastSeen } from './last-seen.ts';
import { formatRefreshToken, hashOf, newRefreshToken } from '@usher/server/sessions';
import { endOf, type SessionLifetime } from './session-lifetime.ts';
import {
  type SessionKey,
  type SessionStatus,
  type SessionStatusReader,
  type SessionStatusRow,
  statusOf,
} from './session-status.ts';
import { clientInfoColumns, type ClientInfo } from './client-info.ts';

export interface StartedSession {
  /** 128 random bits. Must not be logged. */
  readonly session: string;
  /** The refresh token for the cookie. The database stores only its hash. */
  readonly refresh: string;
  /** The absolute end in Unix milliseconds. */
  readonly ends: number;
  /** Sessions of the same user beyond the limit, least recently used first. The caller revokes them. */
  readonly surplus: readonly string[];
}

/** A session in the list of its owner. Times are Unix milliseconds. */
export interface ListedSession extends ClientInfo {
  readonly id: string;
  readonly startedAt: number;
  readonly seenAt: number;
  /** When it ends without further use. */
  readonly ends: number;
}

export interface SessionsOptions extends SessionLifetime {
  readonly maxPerUser: number;
  readonly statuses: SessionStatusReader;
  readonly now: () => number;
  /** Defaults to none. */
  readonly log?: Pick<Logger, 'warn'>;
}

/** Upper limit of the resolution of `last_seen_at`. A finer one would cost more writes. */
const maxResolutionMs = 60_000;
/** How long the cause of an end is kept for the client. */
const retentionMs = 7 * 86_400_000;

/** The sessions of users, in the database. */
export class Sessions {
  readonly #db: Kysely<Tables>;
  readonly #options: SessionsOptions;
  readonly #seenEveryMs: number;
  readonly #lastSeen: LastSeen;

  constructor(db: Kysely<Tables>, options: SessionsOptions) {
    this.#db = db;
    this.#options = options;
    this.#seenEveryMs = Math.min(maxResolutionMs, options.idleMs / 4);
    this.#lastSeen = new LastSeen(db, { log: options.log });
  }

  async start(user: string, clientInfo: ClientInfo): Promise<StartedSession> {
    const session = randomBytes(16).toString('base64url');
    const token = newRefreshToken();
    const at = this.#options.now();
    const ends = at + this.#options.absoluteMs;
    await this.#db
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
        ...clientInfoColumns(clientInfo),
      })
      .execute();
    return { session, refresh: formatRefreshToken(token), ends, surplus: await this.surplus(user, session) };
  }

  /** Other sessions of a user that exceed the limit after `session` started, least recently used first. The caller revokes them. */
  async surplus(user: string, session: string): Promise<readonly string[]> {
    return (await this.ids(user, session)).slice(this.#options.maxPerUser - 1).reverse();
  }

  /** Reads the current status of a session and its user. An unknown session, or one of another user, is `session_ended`. */
  async validate(session: string, user: string): Promise<SessionStatus> {
    const stored = await this.#options.statuses.lookUp(session, user);
    const at = this.#options.now();
    const seenAt = Math.max(stored?.last_seen_at ?? 0, this.#lastSeen.unwritten(session) ?? 0);
    const row = stored === undefined || stored.last_seen_at === seenAt ? stored : { ...stored, last_seen_at: seenAt };
    const status = this.#statusOf(row, at);
    if (status.state === 'good' && at - seenAt >= this.#seenEveryMs) this.#lastSeen.record(session, at);
    return status;
  }

  /** Stores the recorded uses of sessions. Call it before the database is closed. Rejects with the error of the database. */
  flush(): Promise<void> {
    return this.#lastSeen.flush();
  }

  /**
   * Reads the current status of many sessions and their users with one query. Resolves to one status per pair, in the order of `pairs`.
   * Does not count as use: `last_seen_at` stays as it is.
   */
  async validateMany(pairs: readonly SessionKey[]): Promise<readonly SessionStatus[]> {
    if (pairs.length === 0) return [];
    const rows = await this.#options.statuses.lookUpMany(pairs);
    const at = this.#options.now();
    return pairs.map((_pair, position) => this.#statusOf(rows[position], at));
  }

  #statusOf(row: SessionStatusRow | undefined, at: number): SessionStatus {
    return row === undefined ? { state: 'session_ended' } : statusOf(row, this.#options, at);
  }

  /** The active sessions of a user, most recently used first. */
  async list(user: string): Promise<readonly ListedSession[]> {
    const at = this.#options.now();
    const rows = await this.#db
      .selectFrom('sessions')
      .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'address', 'user_agent'])
      .where('user_name', '=', user)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', at)
      .where('last_seen_at', '>', at - this.#options.idleMs)
      .orderBy('last_seen_at', 'desc')
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      startedAt: row.created_at,
      seenAt: row.last_seen_at,
      ends: endOf(row, this.#options.idleMs),
      address: row.address ?? undefined,
      userAgent: row.user_agent ?? undefined,
    }));
  }

  /** The ids of the active sessions in the same order, without `except`. */
  async ids(user: string, except?: string): Promise<string[]> {
    return (await this.list(user)).map(({ id }) => id).filter((id) => id !== except);
  }

  /**
   * Ends sessions permanently. Durable when the promise resolves. A session that has already ended keeps its cause.
   * Does not close connections, see `SessionRevocation`.
   */
  async end(sessions: readonly string[], cause: EndCause): Promise<void> {
    if (sessions.length === 0) return;
    await this.#db
      .updateTable('sessions')
      .set({ ended_at: this.#options.now(), ended_cause: cause })
      .where('id', 'in', sessions)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** Deletes sessions that ended more than a week ago. Resolves to their number. */
  async purge(): Promise<number> {
    const before = this.#options.now() - retentionMs;
    const { numDeletedRows } = await this.#db
      .deleteFrom('sessions')
      .where((is) =>
        is.or([
          is('ended_at', '<', before),
          is('expires_at', '<', before),
          is('last_seen_at', '<', before - this.#options.idleMs),
        ]),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}
