import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { ExternalToken } from './external-tokens.ts';
import { causeOfEnd, endOf, type SessionLifetime, type SessionTimes } from './session-lifetime.ts';
import { clientInfoColumns, type ClientInfo } from './client-info.ts';

/** The session of a token: a known one, active or ended, or a new generation to start. */
export type SessionMatch = { readonly session: string } | { readonly newGeneration: number };

export interface ExternalSessionsOptions extends SessionLifetime {
  readonly issuer: string;
  readonly now: () => number;
}

/** A session with this key: the newest, or an earlier one that has ended. */
type Generation = SessionTimes & Pick<Tables['sessions'], 'id' | 'external_generation' | 'external_issued_at'>;

/**
 * Maps sessions of the provider to sessions of this server. They have no refresh token and are found by the provider's session.
 * A revocation here applies to all tokens that were issued before it.
 */
export class ExternalSessions {
  readonly #db: Kysely<Tables>;
  readonly #options: ExternalSessionsOptions;

  constructor(db: Kysely<Tables>, options: ExternalSessionsOptions) {
    this.#db = db;
    this.#options = options;
  }

  #keyOf({ subject, sessionKey }: ExternalToken): string {
    return hash('sha256', JSON.stringify([this.#options.issuer, subject, sessionKey]), 'base64url');
  }

  /** The newest generation and the previous one, which has ended. */
  async #generationsOf(token: ExternalToken): Promise<Generation[]> {
    return this.#db
      .selectFrom('sessions')
      .select([
        ...(['id', 'external_generation', 'external_issued_at', 'ended_at', 'ended_cause'] as const),
        ...(['last_seen_at', 'expires_at'] as const),
      ])
      .where('external_key', '=', this.#keyOf(token))
      .orderBy('external_generation', 'desc')
      .limit(2)
      .execute();
  }

  /**
   * Whether a token was issued after a generation ended. The issue time must also be later than that of every token seen in that
   * generation, so that a provider clock that is ahead does not help.
   */
  #isAfter({ issuedAt }: ExternalToken, ended: Generation): boolean {
    return (
      issuedAt > (ended.external_issued_at ?? 0) &&
      issuedAt * 1_000 >= (ended.ended_at ?? endOf(ended, this.#options.idleMs))
    );
  }

  async #recordIssueTime({ issuedAt }: ExternalToken, generation: Generation, clientInfo: ClientInfo): Promise<void> {
    if (issuedAt <= (generation.external_issued_at ?? 0)) return;
    await this.#db
      .updateTable('sessions')
      .set({ external_issued_at: issuedAt, ...clientInfoColumns(clientInfo) })
      .where('id', '=', generation.id)
      .where('external_issued_at', '<', issuedAt)
      .execute();
  }

  /**
   * Finds the session of a token. Also returns an ended session, so that `Sessions.validate` reports the cause. A token issued after
   * that end proves a new sign-in at the provider and starts a new generation of the session.
   */
  async find(token: ExternalToken, clientInfo: ClientInfo): Promise<SessionMatch> {
    const [newest, before] = await this.#generationsOf(token);
    if (newest === undefined) return { newGeneration: 0 };
    if (causeOfEnd(newest, this.#options, this.#options.now()) !== undefined) {
      return this.#isAfter(token, newest)
        ? { newGeneration: (newest.external_generation ?? 0) + 1 }
        : { session: newest.id };
    }
    if (before !== undefined && !this.#isAfter(token, before)) return { session: before.id };
    await this.#recordIssueTime(token, newest, clientInfo);
    return { session: newest.id };
  }

  /**
   * Starts a generation of the session of a token. The user must exist. Resolves to the session id, which is the same for parallel
   * calls on any node. A generation that has already ended stays ended.
   */
  async begin(token: ExternalToken, generation: number, clientInfo: ClientInfo): Promise<string> {
    const key = this.#keyOf(token);
    // Derived from the key, so that parallel calls create the same row. Has the format of other session ids.
    const id = hash('sha256', `${key} ${generation}`, 'base64url').slice(0, 22);
    const at = this.#options.now();
    await this.#db
      .insertInto('sessions')
      .values({
        id,
        user_name: token.subject,
        created_at: at,
        last_seen_at: at,
        expires_at: at + this.#options.absoluteMs,
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
  }
}
