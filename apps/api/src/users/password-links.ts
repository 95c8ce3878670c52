import { hash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** How long a link is valid, in milliseconds. */
const lifeMs = 86_400_000;

export interface NewPasswordLink {
  /** 256 random bits, base64url. Must not be logged or stored. */
  readonly token: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** Links with which users set their password without the current one. A link is valid once, for a day, and a new one replaces it. */
export class PasswordLinks {
  readonly #db: Kysely<Tables>;
  readonly #now: () => number;

  /** @param now Unix milliseconds */
  constructor(db: Kysely<Tables>, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Creates a link for an existing user. Call within a transaction: it replaces an earlier link. */
  async create(user: string): Promise<NewPasswordLink> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = Math.ceil((this.#now() + lifeMs) / 1_000) * 1_000;
    await this.revoke(user);
    await this.#db
      .insertInto('password_links')
      .values({ hash: hashOf(token), user_name: user, expires_at: expiresAt })
      .execute();
    return { token, expires: expiresAt / 1_000 };
  }

  /** Resolves to the user of a valid link, which stays valid. */
  async find(token: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('password_links')
      .select('user_name')
      .where('hash', '=', hashOf(token))
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    return row?.user_name;
  }

  /** Invalidates a link. Resolves to its user for exactly one of several callers, and to `undefined` if it is not valid. */
  async consume(token: string): Promise<string | undefined> {
    const row = await this.#db
      .deleteFrom('password_links')
      .where('hash', '=', hashOf(token))
      .where('expires_at', '>', this.#now())
      .returning('user_name')
      .executeTakeFirst();
    return row?.user_name;
  }

  /** Invalidates the link of a user, if there is one. */
  async revoke(user: string): Promise<void> {
    await this.#db.deleteFrom('password_links').where('user_name', '=', user).execute();
  }

  /** Deletes expired links. */
  async purge(): Promise<void> {
    await this.#db.deleteFrom('password_links').where('expires_at', '<=', this.#now()).execute();
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
