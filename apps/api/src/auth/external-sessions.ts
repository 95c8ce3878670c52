import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { ExternalToken } from './external-tokens.ts';
import { causeOfEnd, endOf, type SessionLives } from './session-life.ts';
import { columnsOf, type Whence } from './whence.ts';

/** Where a token belongs: a session that is known, alive or over, or one that is still to begin. */
export type Belonging = { readonly session: string } | { readonly begins: number };

export interface ExternalSessions {
  /**
   * The session of a token. One that is over is given as well, for `Sessions.look` to tell why, unless the token was issued after
   * its end: the provider has let the user in anew, so a new generation of the session is to begin.
   */
  find(token: ExternalToken, whence: Whence): Promise<Belonging>;
  /**
   * Begins a generation of the session of a token, for a user who is known. Resolves to its id, which is the same for everybody
   * who begins it at the same time, on any node; if it was begun and ended already, it stays over.
   */
  begin(token: ExternalToken, generation: number, whence: Whence): Promise<string>;
}

export interface ExternalSessionsOptions extends SessionLives {
  readonly issuer: string;
  readonly now: () => number;
}

/**
 * The sessions of a provider as sessions of this server: rows like any other, without a refresh token, found by the provider's
 * own session. Its end here is final for every token that was issued before it.
 */
export function createExternalSessions(db: Kysely<Tables>, options: ExternalSessionsOptions): ExternalSessions {
  const { issuer, absoluteMs, idleMs, now } = options;

  function keyOf({ subject, sessionKey }: ExternalToken): string {
    return hash('sha256', JSON.stringify([issuer, subject, sessionKey]), 'base64url');
  }

  /** The newest generation and the one before it, which is over. */
  async function generationsOf(token: ExternalToken) {
    return db
      .selectFrom('sessions')
      .select([
        ...(['id', 'external_generation', 'external_issued_at', 'ended_at', 'ended_cause'] as const),
        ...(['last_seen_at', 'expires_at'] as const),
      ])
      .where('external_key', '=', keyOf(token))
      .orderBy('external_generation', 'desc')
      .limit(2)
      .execute();
  }
  type Generation = Awaited<ReturnType<typeof generationsOf>>[number];

  /**
   * Whether a token was issued after a generation was over. None that is as old as one which was seen before that passes for
   * newer, however far ahead the clock of the provider is.
   */
  function isAfter({ issuedAt }: ExternalToken, over: Generation): boolean {
    return issuedAt > (over.external_issued_at ?? 0) && issuedAt * 1_000 >= (over.ended_at ?? endOf(over, idleMs));
  }

  async function remember({ issuedAt }: ExternalToken, generation: Generation, whence: Whence): Promise<void> {
    if (issuedAt <= (generation.external_issued_at ?? 0)) return;
    await db
      .updateTable('sessions')
      .set({ external_issued_at: issuedAt, ...columnsOf(whence) })
      .where('id', '=', generation.id)
      .where('external_issued_at', '<', issuedAt)
      .execute();
  }

  return {
    async find(token, whence) {
      const [newest, before] = await generationsOf(token);
      if (newest === undefined) return { begins: 0 };
      if (causeOfEnd(newest, options, now()) !== undefined) {
        return isAfter(token, newest) ? { begins: (newest.external_generation ?? 0) + 1 } : { session: newest.id };
      }
      if (before !== undefined && !isAfter(token, before)) return { session: before.id };
      await remember(token, newest, whence);
      return { session: newest.id };
    },

    async begin(token, generation, whence) {
      const key = keyOf(token);
      // Made from what it stands for, so that two who begin it make one; it looks like any other.
      const id = hash('sha256', `${key} ${generation}`, 'base64url').slice(0, 22);
      const at = now();
      await db
        .insertInto('sessions')
        .values({
          id,
          user_name: token.subject,
          created_at: at,
          last_seen_at: at,
          expires_at: at + absoluteMs,
          ended_at: null,
          ended_cause: null,
          refresh_family: null,
          refresh_hash: null,
          refresh_recent: '[]',
          external_key: key,
          external_generation: generation,
          external_issued_at: token.issuedAt,
          ...columnsOf(whence),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return id;
    },
  };
}
