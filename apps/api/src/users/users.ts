import type { Kysely } from 'kysely';
import { systemSender } from '@usher/realtime/postgres';
import type { Tables } from '../database/schema.ts';
import { enterRoomsOfEveryone } from '../database/new-room.ts';

export interface User {
  readonly name: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
}

/** A user with the data for authentication. */
export interface KnownUser extends User {
  /** Absent for a user of an identity provider. */
  readonly passwordHash: string | undefined;
  /** The identity provider of the user. Absent for an account of this server. */
  readonly issuer: string | undefined;
}

export interface NewUser {
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly string[];
  /** Whether this is the demo password. Defaults to false. */
  readonly demoPassword?: boolean;
}

/** The accounts: local ones with a password, and those of an identity provider. */
export class Users {
  readonly #db: Kysely<Tables>;
  readonly #now: () => number;

  constructor(db: Kysely<Tables>, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  async #change(name: string, values: Partial<Tables['users']>): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('users')
      .set(values)
      .where('name', '=', name)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Resolves to `false` if the name is in use. */
  async #insert(
    name: string,
    rest: Pick<Tables['users'], 'password_hash' | 'roles' | 'issuer' | 'demo_password'>,
  ): Promise<boolean> {
    if (isReserved(name)) return false;
    const at = this.#now();
    return this.#within(async (transaction) => {
      const made = await transaction
        .insertInto('users')
        .values({ name, ...rest, disabled: 0, created_at: at })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      if (made.numInsertedOrUpdatedRows !== 1n) return false;
      await enterRoomsOfEveryone(transaction, name, at);
      return true;
    });
  }

  /** Runs `work` in the current transaction, or in a new one. */
  #within<T>(work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#db.isTransaction ? work(this.#db) : this.#db.transaction().execute(work);
  }

  /** Creates a user as a member of the rooms that all users belong to. Resolves to `false` if the name is in use. */
  add({ name, passwordHash, roles, demoPassword = false }: NewUser): Promise<boolean> {
    return this.#insert(name, {
      password_hash: passwordHash,
      roles: JSON.stringify(roles),
      issuer: null,
      demo_password: demoPassword ? 1 : 0,
    });
  }

  async find(name: string): Promise<KnownUser | undefined> {
    const row = await this.#db
      .selectFrom('users')
      .select(['name', 'password_hash', 'roles', 'disabled', 'issuer'])
      .where('name', '=', name)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      name: row.name,
      passwordHash: row.password_hash === '' ? undefined : row.password_hash,
      roles: parseRoles(row.roles),
      disabled: row.disabled !== 0,
      issuer: row.issuer ?? undefined,
    };
  }

  /** Finds a user, or creates one without password and roles. The caller must compare the issuer: the name may belong to another account. */
  async findOrCreate(name: string, issuer: string): Promise<KnownUser> {
    const known = await this.find(name);
    if (known !== undefined) return known;
    if (isReserved(name)) return { name, roles: [], disabled: true, passwordHash: undefined, issuer: undefined };
    await this.#insert(name, { password_hash: '', roles: '[]', issuer, demo_password: 0 });
    const made = await this.find(name);
    if (made === undefined) throw new Error('a user is missing after its creation');
    return made;
  }

  /** Resolves to `false` for an unknown user. */
  setPassword(name: string, passwordHash: string): Promise<boolean> {
    return this.#change(name, { password_hash: passwordHash, demo_password: 0 });
  }

  /** The next validation of a session rejects a disabled user. Resolves to `false` for an unknown user. */
  setDisabled(name: string, disabled: boolean): Promise<boolean> {
    return this.#change(name, { disabled: disabled ? 1 : 0 });
  }

  /** The next validation of a session returns the new roles. Resolves to `false` for an unknown user. */
  setRoles(name: string, roles: readonly string[]): Promise<boolean> {
    return this.#change(name, { roles: JSON.stringify([...new Set(roles)].sort()) });
  }

  /** Whether there is a user with the role `admin` who is not disabled. */
  async hasAdmin(): Promise<boolean> {
    const row = await this.#db
      .selectFrom('users')
      .select('name')
      .where('disabled', '=', 0)
      .where('roles', 'like', '%"admin"%')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Whether there are no users. */
  async empty(): Promise<boolean> {
    const row = await this.#db.selectFrom('users').select('name').limit(1).executeTakeFirst();
    return row === undefined;
  }
}

/** Whether a name is the sender of messages that belong to no user. No user can have it, so that none can send in its name. */
export function isReserved(name: string): boolean {
  const folded = name.toLowerCase();
  return folded === systemSender || folded.startsWith(programPrefix);
}

/** The beginning of the sender of every message that a program sent with an API key. */
export const programPrefix = 'app:';

/** Parses stored roles: a JSON array of names. */
export function parseRoles(json: string): readonly string[] {
  const roles: unknown = JSON.parse(json);
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw new TypeError('invalid roles in the database: must be a JSON array of names');
  }
  return roles;
}
