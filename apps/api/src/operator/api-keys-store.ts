import { hash, randomBytes, randomUUID } from 'node:crypto';
import { type ApiKey, type CreatedKey, type NewKey, type Scope, scopeSchema } from '@usher/operator-api/server';
import type { Logger } from '@usher/realtime';
import type { Kysely } from 'kysely';
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import type { ApiKeysTable, Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';

/** The beginning of every API key, so that secret scanners and people recognize it. */
const keyPrefix = 'usk_';
const keyShape = /^usk_[A-Za-z0-9_-]{43}$/;

const minuteMs = 60_000;
/** Keys that may exist, including revoked ones. */
const maxKeys = 1_000;
/** How long a revoked key is listed, in milliseconds. */
const revokedMs = 90 * 86_400_000;

/** An API key that may be used. */
export interface UsableKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface ApiKeysOptions {
  /** Returns Unix milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
  /** How long a use waits for its write, in milliseconds. Defaults to 5,000. */
  readonly flushMs?: number;
}

/** The API keys of backends. The database contains their hashes, so that a key can be shown only when it is created. */
export class ApiKeys {
  readonly #db: Kysely<Tables>;
  readonly #options: ApiKeysOptions;
  /** The minute of the last use that is not written yet, by id. Bounded by the number of keys. */
  readonly #used = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Kysely<Tables>, options: ApiKeysOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Creates a key in a transaction. The result contains the only copy.
   *
   * @throws HttpProblem 400 `bad_request` if it expires in the past, or too many keys exist
   */
  async create(transaction: Kysely<Tables>, by: string, { name, scopes, expiresAt }: NewKey): Promise<CreatedKey> {
    const at = this.#options.now();
    if (expiresAt !== undefined && expiresAt <= at) {
      throw new HttpProblem('bad_request', { detail: 'body/expiresAt: must be in the future' });
    }
    await transaction
      .deleteFrom('api_keys')
      .where('revoked_at', '<', at - revokedMs)
      .execute();
    const { count } = await transaction
      .selectFrom('api_keys')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (count >= maxKeys)
      throw new HttpProblem('bad_request', { detail: `body: there are ${maxKeys} API keys already` });
    const key = `${keyPrefix}${randomBytes(32).toString('base64url')}`;
    const id = randomUUID();
    await transaction
      .insertInto('api_keys')
      .values({
        id,
        hash: hashOf(key),
        name,
        scopes: JSON.stringify([...scopes].sort()),
        created_at: at,
        created_by: by,
        expires_at: expiresAt ?? null,
        used_at: null,
        revoked_at: null,
      })
      .execute();
    return { id, key };
  }

  /** All keys, newest first. */
  async list(): Promise<ApiKey[]> {
    const rows = await this.#db
      .selectFrom('api_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(maxKeys)
      .execute();
    return rows.map((row) => toKey(row, this.#used.get(row.id)));
  }

  /** Revokes a key, in a transaction. Every later use on any node fails. Resolves to its name, or `undefined` if no such key is valid. */
  async revoke(transaction: Kysely<Tables>, id: string): Promise<string | undefined> {
    const row = await transaction
      .updateTable('api_keys')
      .set({ revoked_at: this.#options.now() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('name')
      .executeTakeFirst();
    return row?.name;
  }

  /** Looks up a key in the database, so that a revocation takes effect at once. `undefined` if it is unknown, expired or revoked. */
  async use(key: string): Promise<UsableKey | undefined> {
    if (!keyShape.test(key)) return undefined;
    const at = this.#options.now();
    const row = await this.#db
      .selectFrom('api_keys')
      .select(['id', 'name', 'scopes', 'expires_at', 'used_at'])
      .where('hash', '=', hashOf(key))
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined || (row.expires_at !== null && row.expires_at <= at)) return undefined;
    this.#recordUse(row, at);
    return { id: row.id, name: row.name, scopes: parseScopes(row.scopes) };
  }

  /** Stores the recorded uses. Call it before the database is closed. Rejects with the error of the database. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [id, minute] of this.#used) {
      await this.#db
        .updateTable('api_keys')
        .set({ used_at: minute })
        .where('id', '=', id)
        .where((is) => is.or([is('used_at', 'is', null), is('used_at', '<', minute)]))
        .execute();
      if (this.#used.get(id) === minute) this.#used.delete(id);
    }
  }

  #recordUse({ id, used_at: written }: Pick<ApiKeysTable, 'id' | 'used_at'>, at: number): void {
    const minute = Math.floor(at / minuteMs) * minuteMs;
    if (minute <= (written ?? 0) || minute <= (this.#used.get(id) ?? 0)) return;
    this.#used.set(id, minute);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'the last use of API keys could not be stored');
      });
    }, this.#options.flushMs ?? 5_000).unref();
  }
}

function hashOf(key: string): string {
  return hash('sha256', key, 'base64url');
}

function toKey(row: ApiKeysTable, unwritten: number | undefined): ApiKey {
  const usedAt = Math.max(row.used_at ?? 0, unwritten ?? 0);
  return {
    id: row.id,
    name: row.name,
    scopes: parseScopes(row.scopes),
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(usedAt === 0 ? {} : { usedAt }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}

const storedScopes = Compile(Type.Array(scopeSchema));

function parseScopes(json: string): Scope[] {
  const scopes: unknown = JSON.parse(json);
  if (!storedScopes.Check(scopes))
    throw new TypeError('invalid scopes in the database: must be a JSON array of scopes');
  return scopes;
}
