import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Tables } from '../database/schema.ts';
import { formatRefreshToken, hashOf, newRefreshToken, parseRefreshToken, seal, unseal } from './refresh-token.ts';
import type { SessionLifetime } from './session-lifetime.ts';
import { type SessionStatus, statusOf } from './session-status.ts';
import { clientInfoColumns, type ClientInfo } from './client-info.ts';

/** What a refresh token is worth. */
export type RefreshResult =
  | (Extract<SessionStatus, { state: 'good' }> & {
      readonly session: string;
      /** The next refresh token, for the cookie. */
      readonly refresh: string;
    })
  | Exclude<SessionStatus, { state: 'good' }>
  /** It was used before, and not just now: the session is to be ended. */
  | { readonly state: 'reused'; readonly session: string; readonly user: string };

export interface Refresher {
  /**
   * Redeems a refresh token and gives the next one. Atomic over all nodes that share the database: of two uses of one token one
   * makes the successor, and the other gets the very same one if it comes within the grace, else it is `reused`.
   */
  refresh(cookie: string, clientInfo: ClientInfo): Promise<RefreshResult>;
  /** Whose cookie this is, good or used: for signing out. `undefined` for a guess. */
  ownerOf(cookie: string): Promise<{ readonly session: string; readonly user: string } | undefined>;
}

/** Two tabs that refresh within this time of each other both succeed. */
const graceMs = 5_000;
/** Successors within the grace that are remembered. More than this no crowd of tabs needs. */
const mostRecent = 16;
/** How often a lost race for the successor is tried again; whoever lost is answered by the grace then. */
const attempts = 3;

/** A secret that was good until `at`, and its successor, sealed under it. */
const recentSchema = Type.Array(Type.Object({ hash: Type.String(), at: Type.Number(), sealed: Type.String() }));
const recentList = Compile(recentSchema);
type Recent = Static<typeof recentSchema>;

export interface RefresherOptions extends SessionLifetime {
  readonly now: () => number;
}

export function createRefresher(db: Kysely<Tables>, options: RefresherOptions): Refresher {
  const { now } = options;

  function find(family: string) {
    return db
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

  async function attempt(cookie: string, clientInfo: ClientInfo): Promise<RefreshResult | 'overtaken'> {
    const token = parseRefreshToken(cookie);
    const row = token === undefined ? undefined : await find(token.family);
    if (token === undefined || row?.refresh_hash == null) return { state: 'session_ended' };
    const at = now();
    const status = statusOf(row, options, at);
    if (status.state !== 'good') return status;
    const good = (secret: string): RefreshResult => ({
      ...status,
      session: row.id,
      refresh: formatRefreshToken({ family: token.family, secret }),
    });
    const recent = parseRecent(row.refresh_recent);
    const presented = hashOf(token.secret);
    if (presented !== row.refresh_hash) {
      const secret = successor(token.secret, row.refresh_hash, recent, at);
      return secret === undefined ? { state: 'reused', session: row.id, user: row.name } : good(secret);
    }
    const { secret } = newRefreshToken(token.family);
    const kept = [{ hash: presented, at, sealed: seal(secret, token.secret) }, ...recent.filter(isRecent(at))];
    const { numUpdatedRows } = await db
      .updateTable('sessions')
      .set({
        refresh_hash: hashOf(secret),
        refresh_recent: JSON.stringify(kept.slice(0, mostRecent)),
        last_seen_at: at,
        ...clientInfoColumns(clientInfo),
      })
      .where('id', '=', row.id)
      .where('refresh_hash', '=', presented)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n ? good(secret) : 'overtaken';
  }

  return {
    async refresh(cookie, clientInfo) {
      for (let tries = 1; tries <= attempts; tries++) {
        const refreshed = await attempt(cookie, clientInfo);
        if (refreshed !== 'overtaken') return refreshed;
      }
      throw new Error('a refresh token was overtaken again and again');
    },

    async ownerOf(cookie) {
      const token = parseRefreshToken(cookie);
      const row = token === undefined ? undefined : await find(token.family);
      return row === undefined ? undefined : { session: row.id, user: row.name };
    },
  };
}

/** The secret that is good now, reached from one that was good until a moment ago, from successor to successor. */
function successor(secret: string, goodHash: string, recent: Recent, now: number): string | undefined {
  let at = secret;
  for (const [step] of recent.entries()) {
    const hash = hashOf(at);
    if (hash === goodHash) return at;
    const entry = recent.find((each) => each.hash === hash);
    if (entry === undefined || (step === 0 && !isRecent(now)(entry))) return undefined;
    at = unseal(entry.sealed, at);
  }
  return hashOf(at) === goodHash ? at : undefined;
}

function isRecent(now: number): (entry: Recent[number]) => boolean {
  return ({ at }) => now - at <= graceMs;
}

function parseRecent(json: string): Recent {
  const value: unknown = JSON.parse(json);
  if (!recentList.Check(value)) throw new TypeError('the database holds something that is no list of refresh tokens');
  return value;
}
