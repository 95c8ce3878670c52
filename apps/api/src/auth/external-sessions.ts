import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { ExternalToken } from './external-tokens.ts';
import { causeOfEnd, endOf, type SessionLifetime } from './session-lifetime.ts';
import { clientInfoColumns, type ClientInfo } from './client-info.ts';

/** The session of a token: a known one, active or ended, or a new generation to start. */
export type SessionMatch = { readonly session: string } | { readonly newGeneration: number };

export interface ExternalSessions {
  /**
   * Finds the session of a token. Also returns an ended session, so that `Sessions.validate` reports the cause. A token issued after
   * that end proves a new sign-in at the provider and starts a new generation of the session.
   */
  find(token: ExternalToken, clientInfo: ClientInfo): Promise<SessionMatch>;
  /**
   * Starts a generation of the session of a token. The user must exist. Resolves to the session id, which is the same for parallel
   * calls on any node. A generation that has already ended stays ended.
   */
  begin(token: ExternalToken, generation: number, clientInfo: ClientInfo): Promise<string>;
}

export interface ExternalSessionsOptions extends SessionLifetime {
  readonly issuer: string;
  readonly now: () => number;
}

/**
 * Maps sessions of the provider to sessions of this server. They have no refresh token and are found by the provider's session.
 * A revocation here applies to all tokens that were issued before it.
 */
export function createExternalSessions(db: Kysely<Tables>, options: ExternalSessionsOptions): ExternalSessions {
  const { issuer, absoluteMs, idleMs, now } = options;

  function keyOf({ subject, sessionKey }: ExternalToken): string {
    return hash('sha256', JSON.stringify([issuer, subject, sessionKey]), 'base64url');
  }

  /** The newest generation and the previous one, which has ended. */
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
   * Whether a token was issued after a generation ended. The issue time must also be later than that of every token seen in that
   * generation, so that a provider clock that is ahead does not help.
   */
  function isAfter({ issuedAt }: ExternalToken, ended: Generation): boolean {
    return issuedAt > (ended.external_issued_at ?? 0) && issuedAt * 1_000 >= (ended.ended_at ?? endOf(ended, idleMs));
  }

  async function recordIssueTime(
    { issuedAt }: ExternalToken,
    generation: Generation,
    clientInfo: ClientInfo,
  ): Promise<void> {
    if (issuedAt <= (generation.external_issued_at ?? 0)) return;
    await db
      .updateTable('sessions')
      .set({ external_issued_at: issuedAt, ...clientInfoColumns(clientInfo) })
      .where('id', '=', generation.id)
      .where('external_issued_at', '<', issuedAt)
      .execute();
  }

  return {
    async find(token, clientInfo) {
      const [newest, before] = await generationsOf(token);
      if (newest === undefined) return { newGeneration: 0 };
      if (causeOfEnd(newest, options, now()) !== undefined) {
        return isAfter(token, newest)
          ? { newGeneration: (newest.external_generation ?? 0) + 1 }
          : { session: newest.id };
      }
      if (before !== undefined && !isAfter(token, before)) return { session: before.id };
      await recordIssueTime(token, newest, clientInfo);
      return { session: newest.id };
    },

    async begin(token, generation, clientInfo) {
      const key = keyOf(token);
      // Derived from the key, so that parallel calls create the same row. Has the format of other session ids.
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
          ...clientInfoColumns(clientInfo),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return id;
    },
  };
}
