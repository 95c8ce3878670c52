import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { enterRoomsOfEveryone } from '../rooms/new-room.ts';

export interface User {
  readonly name: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
}

/** With what only the check of a password may look at. */
export interface KnownUser extends User {
  /** Absent: no password opens this account, for its user signs in elsewhere. */
  readonly passwordHash: string | undefined;
  /** The identity provider that the user comes from. Absent: an account of this server. */
  readonly issuer: string | undefined;
}

export interface NewUser {
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly string[];
  /** Whether the password is the one of the demo. Defaults to false. */
  readonly demoPassword?: boolean;
}

export interface Users {
  /** Makes a user, with the rooms that are everybody's; `false` when the name is in use. */
  add(user: NewUser): Promise<boolean>;
  find(name: string): Promise<KnownUser | undefined>;
  /**
   * The user of a name, made without a password or a role if nobody has it. It may be somebody else's: look at the issuer.
   */
  findOrCreate(name: string, issuer: string): Promise<KnownUser>;
  /** `false` when there is no such user. */
  setPassword(name: string, passwordHash: string): Promise<boolean>;
  /** Disabled, a user is refused everywhere from the next look on. `false` when there is no such user. */
  setDisabled(name: string, disabled: boolean): Promise<boolean>;
  /** Whether nobody has an account yet. */
  empty(): Promise<boolean>;
}

export function createUsers(db: Kysely<Tables>, now: () => number): Users {
  async function change(name: string, values: Partial<Tables['users']>): Promise<boolean> {
    const { numUpdatedRows } = await db.updateTable('users').set(values).where('name', '=', name).executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** `false` when the name is in use. */
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

  /** In the transaction that this was made with, or in one of its own. */
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
      if (made === undefined) throw new Error('a user who was just made is not there');
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

/** The roles as they are stored: a JSON array of names. */
export function parseRoles(json: string): readonly string[] {
  const roles: unknown = JSON.parse(json);
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw new TypeError('the roles of a user are stored as a JSON array of names');
  }
  return roles;
}
