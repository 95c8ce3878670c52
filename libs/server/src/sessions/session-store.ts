import type { EndCause } from '@usher/protocol';

/** A refresh token that was consumed, and its successor, encrypted with it. */
export interface ConsumedToken {
  readonly hash: string;
  /** When it was consumed, in Unix milliseconds. */
  readonly at: number;
  readonly sealed: string;
}

/** A session. Contains hashes of its refresh token only. */
export interface StoredSession {
  readonly session: string;
  readonly user: string;
  readonly roles: readonly string[];
  /** The hash that identifies the chain of refresh tokens. */
  readonly family: string;
  /** The hash of the current secret. */
  readonly secret: string;
  /** The last consumed tokens, newest first. */
  readonly consumed: readonly ConsumedToken[];
  /** When the session ends at the latest, in Unix milliseconds. */
  readonly ends: number;
  /** Why it has ended, or `undefined` while it is valid. */
  readonly cause?: EndCause;
}

/**
 * Stores sessions. Every implementation guarantees:
 * - `rotate` is atomic on all nodes: of concurrent calls with one `from`, exactly one resolves to `true`. It changes no session that has ended.
 * - An ended session keeps its first cause until `ends`.
 */
export interface SessionStore {
  add(session: StoredSession): Promise<void>;
  /** Finds a session by the hash of its family. */
  findFamily(family: string): Promise<StoredSession | undefined>;
  /** Finds sessions by their ids, in this order. */
  find(sessions: readonly string[]): Promise<readonly (StoredSession | undefined)[]>;
  /** Replaces the secret `from`. Resolves to `false` if the session has another secret or has ended. */
  rotate(session: string, from: string, to: string, consumed: readonly ConsumedToken[]): Promise<boolean>;
  end(sessions: readonly string[], cause: EndCause): Promise<void>;
}

/** Sessions in memory, for one node: a restart signs all users out. */
export function createMemorySessionStore(now: () => number = Date.now): SessionStore {
  const sessions = new Map<string, StoredSession>();
  const byFamily = new Map<string, string>();
  let sweepAt = 1_000;

  /** Removes expired sessions whenever their number may have doubled. */
  function sweep(): void {
    if (sessions.size < sweepAt) return;
    for (const [id, { ends, family }] of sessions) {
      if (ends > now()) continue;
      sessions.delete(id);
      byFamily.delete(family);
    }
    sweepAt = Math.max(1_000, 2 * sessions.size);
  }

  return {
    add(session) {
      sweep();
      sessions.set(session.session, session);
      byFamily.set(session.family, session.session);
      return Promise.resolve();
    },
    findFamily: (family) => Promise.resolve(sessions.get(byFamily.get(family) ?? '')),
    find: (ids) => Promise.resolve(ids.map((id) => sessions.get(id))),
    rotate(id, from, to, consumed) {
      const session = sessions.get(id);
      if (session?.secret !== from || session.cause !== undefined) return Promise.resolve(false);
      sessions.set(id, { ...session, secret: to, consumed });
      return Promise.resolve(true);
    },
    end(ids, cause) {
      for (const id of ids) {
        const session = sessions.get(id);
        if (session !== undefined && session.cause === undefined) sessions.set(id, { ...session, cause });
      }
      return Promise.resolve();
    },
  };
}
