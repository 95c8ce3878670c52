import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Tables } from '../database/schema.ts';
import {
  formatRefreshToken,
  hashOf,
  newRefreshToken,
  parseRefreshToken,
  seal,
  successorOf,
} from '@usher/server/sessions';
import type { SessionLifetime } from './session-lifetime.ts';
import { type SessionStatus, statusOf } from './session-status.ts';
import { parseRoles } from '../users/users.ts';
import { clientInfoColumns, type ClientInfo } from './client-info.ts';

/** The result of a refresh. */
export type RefreshResult =
  | (Extract<SessionStatus, { state: 'good' }> & {
      readonly session: string;
      /** The next refresh token, for the cookie. */
      readonly refresh: string;
    })
  | Exclude<SessionStatus, { state: 'good' }>
  /** The stored successors of the session are damaged, so that its tokens cannot be distinguished. Its owner has to sign in again. */
  | { readonly state: 'session_ended'; readonly cause?: never; readonly damaged: true; readonly user: string }
  /** The token was consumed before and its grace period is over. The caller revokes the session. */
  | { readonly state: 'reused'; readonly session: string; readonly user: string };

/** Two tabs that refresh within this time both succeed. */
const graceMs = 5_000;
/** Maximum number of stored successors within the grace period. */
const maxRecent = 16;
/** Attempts after a lost race for the successor. The second attempt normally succeeds through the grace period. */
const attempts = 3;

/** A secret that was valid until `at`, and its successor, encrypted with it. */
const recentSchema = Type.Array(Type.Object({ hash: Type.String(), at: Type.Number(), sealed: Type.String() }));
const recentList = Compile(recentSchema);
type Recent = Static<typeof recentSchema>;

export interface RefresherOptions extends SessionLifetime {
  readonly now: () => number;
}

/** Rotates refresh tokens. Each token is consumed once, and its reuse is detected. */
export class Refresher {
  readonly #db: Kysely<Tables>;
  readonly #options: RefresherOptions;

  constructor(db: Kysely<Tables>, options: RefresherOptions) {
    this.#db = db;
    this.#options = options;
  }

  #find(family: string) {
    return this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.name', 'sessions.user_name')
      .select([
        'sessions.id',
        'ended_at',
        'ended_cause',
        'last_seen_at',
        'expires_at',
        'refresh_hash',
        'refresh_recent',
        'users.name',
        'users.roles',
        'users.disabled',
      ])
      .where('refresh_family', '=', hashOf(family))
      .executeTakeFirst();
  }

  async #attempt(cookie: string, clientInfo: ClientInfo): Promise<RefreshResult | 'lost_race'> {
    const token = parseRefreshToken(cookie);
    const row = token === undefined ? undefined : await this.#find(token.family);
    if (token === undefined || row?.refresh_hash == null) return { state: 'session_ended' };
    const at = this.#options.now();
    const status = statusOf({ ...row, roles: parseRoles(row.roles) }, this.#options, at);
    if (status.state !== 'good') return status;
    const good = (secret: string): RefreshResult => ({
      ...status,
      session: row.id,
      refresh: formatRefreshToken({ family: token.family, secret }),
    });
    const damaged: RefreshResult = { state: 'session_ended', damaged: true, user: row.name };
    const recent = parseRecent(row.refresh_recent);
    if (recent === undefined) return damaged;
    const presented = hashOf(token.secret);
    if (presented !== row.refresh_hash) {
      const consumed = recent.find(({ hash }) => hash === presented);
      if (consumed === undefined || !isRecent(at)(consumed))
        return { state: 'reused', session: row.id, user: row.name };
      const secret = successorOf(token, row.refresh_hash, recent);
      return secret === undefined ? damaged : good(secret);
    }
    const { secret } = newRefreshToken(token.family);
    const kept = [{ hash: presented, at, sealed: seal(secret, token) }, ...recent.filter(isRecent(at))];
    const { numUpdatedRows } = await this.#db
      .updateTable('sessions')
      .set({
        refresh_hash: hashOf(secret),
        refresh_recent: JSON.stringify(kept.slice(0, maxRecent)),
        last_seen_at: at,
        ...clientInfoColumns(clientInfo),
      })
      .where('id', '=', row.id)
      .where('refresh_hash', '=', presented)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n ? good(secret) : 'lost_race';
  }

  /**
   * Consumes a refresh token and returns its successor. Atomic over all nodes that share the database: the first use of a token creates
   * the successor. Further uses within the grace period return the same successor, later ones are `reused`.
   */
  async refresh(cookie: string, clientInfo: ClientInfo): Promise<RefreshResult> {
    for (let tries = 1; tries <= attempts; tries++) {
      const refreshed = await this.#attempt(cookie, clientInfo);
      if (refreshed !== 'lost_race') return refreshed;
    }
    throw new Error(`a refresh token lost the race for its successor ${attempts} times`);
  }

  /** Finds the session of a valid or consumed token, for sign-out. Returns `undefined` for an unknown token. */
  async ownerOf(cookie: string): Promise<{ readonly session: string; readonly user: string } | undefined> {
    const token = parseRefreshToken(cookie);
    const row = token === undefined ? undefined : await this.#find(token.family);
    return row === undefined ? undefined : { session: row.id, user: row.name };
  }
}

function isRecent(now: number): (entry: Recent[number]) => boolean {
  return ({ at }) => now - at <= graceMs;
}

/** Returns `undefined` for a damaged list. */
function parseRecent(json: string): Recent | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return recentList.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
