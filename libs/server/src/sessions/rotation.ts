import {
  formatRefreshToken,
  hashOf,
  newRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  seal,
  successorOf,
} from './refresh-token.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

/** Two tabs that refresh within this time both succeed, in milliseconds. */
const graceMs = 5_000;
const maxConsumed = 16;
/** Attempts after a lost race for the successor. The second attempt normally succeeds through the grace period. */
const attempts = 3;

export type RefreshResult =
  | { readonly state: 'good'; readonly session: StoredSession; readonly refresh: string }
  | { readonly state: 'ended'; readonly session: StoredSession | undefined }
  /** The token was consumed before and its grace period is over: it may have been copied. */
  | { readonly state: 'reused'; readonly session: StoredSession };

/**
 * Consumes a refresh token and returns its successor. The first use creates the successor. Further uses within the grace period return the
 * same successor, later ones are `reused`.
 */
export async function refresh(store: SessionStore, cookie: string, now: number): Promise<RefreshResult> {
  const token = parseRefreshToken(cookie);
  if (token === undefined) return { state: 'ended', session: undefined };
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const result = await tryRefresh(store, token, now);
    if (result !== undefined) return result;
  }
  throw new Error(`a refresh token lost the race for its successor ${attempts} times`);
}

/** Resolves to `undefined` after a lost race. */
async function tryRefresh(store: SessionStore, token: RefreshToken, now: number): Promise<RefreshResult | undefined> {
  const session = await store.findFamily(hashOf(token.family));
  if (session === undefined || session.cause !== undefined || session.ends <= now) return { state: 'ended', session };
  const good = (secret: string): RefreshResult => {
    return { state: 'good', session, refresh: formatRefreshToken({ family: token.family, secret }) };
  };
  const presented = hashOf(token.secret);
  const recent = session.consumed.filter(({ at }) => now - at <= graceMs);
  if (presented !== session.secret) {
    if (!recent.some(({ hash }) => hash === presented)) return { state: 'reused', session };
    const secret = successorOf(token, session.secret, session.consumed);
    return secret === undefined ? { state: 'ended', session } : good(secret);
  }
  const { secret } = newRefreshToken(token.family);
  const consumed = [{ hash: presented, at: now, sealed: seal(secret, token) }, ...recent].slice(0, maxConsumed);
  return (await store.rotate(session.session, presented, hashOf(secret), consumed)) ? good(secret) : undefined;
}
