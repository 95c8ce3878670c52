import type { Kysely } from 'kysely';
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

export interface Users {
  /** Creates a user as a member of the rooms that all users belong to. Resolves to `false` if the name is in use. */
  add(user: NewUser): Promise<boolean>;
  find(name: string): Promise<KnownUser | undefined>;
  /** Finds a user, or creates one without password and roles. The caller must compare the issuer: the name may belong to another account. */
  findOrCreate(name: string, issuer: string): Promise<KnownUser>;
  /** Resolves to `false` for an unknown user. */
  setPassword(name: string, passwordHash: string): Promise<boolean>;
  /** The next validation of a session rejects a disabled user. Resolves to `false` for an unknown user. */
  setDisabled(name: string, disabled: boolean): Promise<boolean>;
  /** Whether there are no users. */
  empty(): Promise<boolean>;
}

export function createUsers(db: Kysely<Tables>, now: () => number): Users {
  async function change(name: string, values: Partial<Tables['users']>): Promise<boolean> {
    const { numUpdatedRows } = await db.updateTable('users').set(values).where('name', '=', name).executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Resolves to `false` if the name is in use. */
  async function insert(
    name: string,
    rest: Pick<Tables['users'], 'password_hash' | 'roles' | 'issuer' | 'demo_password'>,
  ): Promise<boolean> {
    const at = now();
    return within(async (transaction) => {
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
  function within<T>(work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T> {
    return db.isTransaction ? work(db) : db.transaction().execute(work);
  }

  async function find(name: string): Promise<KnownUser | undefined> {
    const row = await db
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

  return {
    add: ({ name, passwordHash, roles, demoPassword = false }) =>
      insert(name, {
        password_hash: passwordHash,
        roles: JSON.stringify(roles),
        issuer: null,
        demo_password: demoPassword ? 1 : 0,
      }),
    find,
    async findOrCreate(name, issuer) {
      const known = await find(name);
      if (known !== undefined) return known;
      await insert(name, { password_hash: '', roles: '[]', issuer, demo_password: 0 });
      const made = await find(name);
      if (made === undefined) throw new Error('a user is missing after its creation');
      return made;
    },
    setPassword: (name, passwordHash) => change(name, { password_hash: passwordHash, demo_password: 0 }),
    setDisabled: (name, disabled) => change(name, { disabled: disabled ? 1 : 0 }),
    async empty() {
      const row = await db.selectFrom('users').select('name').limit(1).executeTakeFirst();
      return row === undefined;
    },
  };
}

/** Parses stored roles: a JSON array of names. */
export function parseRoles(json: string): readonly string[] {
  const roles: unknown = JSON.parse(json);
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw new TypeError('invalid roles in the database: must be a JSON array of names');
  }
  return roles;
}
