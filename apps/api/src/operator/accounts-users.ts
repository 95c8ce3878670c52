import type { User, UserDetail, Users, UsersQuery } from '@usher/operator-api';
import { type Kysely, sql } from 'kysely';
import { deviceOf } from '../auth/client-info.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Tables } from '../database/schema.ts';
import { parseRoles } from '../users/users.ts';
import { escapeLike } from './like.ts';

export interface UserQueriesOptions {
  readonly sessions: Sessions;
  /** How long a session lasts without use, in milliseconds. */
  readonly idleMs: number;
  readonly now: () => number;
  /** Resolves to the open connections of users on all nodes. */
  readonly connectionsOf: (users: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}

const defaultLimit = 50;
const userColumns = ['name', 'roles', 'disabled', 'created_at'] as const;
type UserRow = Pick<Tables['users'], (typeof userColumns)[number]>;

/** Lists of users for operators. */
export class UserQueries {
  readonly #db: Kysely<Tables>;
  readonly #options: UserQueriesOptions;

  constructor(db: Kysely<Tables>, options: UserQueriesOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** Users by name. `cursor` is the last name of the previous page. */
  async list({ q, disabled, role, cursor, limit = defaultLimit }: UsersQuery): Promise<Users> {
    let found = this.#db.selectFrom('users');
    if (q !== undefined && q !== '') {
      const pattern = `${escapeLike(q.toLowerCase())}%`;
      found = found.where(sql<boolean>`lower(name) LIKE ${pattern} ESCAPE '!'`);
    }
    if (disabled !== undefined) found = found.where('disabled', '=', disabled ? 1 : 0);
    if (role !== undefined) found = found.where(sql<boolean>`roles LIKE ${`%"${escapeLike(role)}"%`} ESCAPE '!'`);
    const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    let page = found.select(userColumns);
    if (cursor !== undefined) page = page.where('name', '>', cursor);
    // One extra row shows whether there is a next page.
    const rows = await page
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    const users = await this.#toUsers(rows.slice(0, limit));
    const last = users.at(-1);
    return { users, total, ...(rows.length > limit && last !== undefined ? { next: last.user } : {}) };
  }

  /** Resolves to `undefined` for an unknown user. */
  async find(name: string): Promise<UserDetail | undefined> {
    const rows = await this.#db.selectFrom('users').select(userColumns).where('name', '=', name).execute();
    const [user] = await this.#toUsers(rows);
    if (user === undefined) return undefined;
    const sessions = await this.#options.sessions.list(name);
    return {
      user,
      sessions: sessions.map(({ id, userAgent, address, startedAt, seenAt, ends }) => ({
        id,
        device: deviceOf(userAgent),
        ...(address === undefined ? {} : { address }),
        startedAt,
        seenAt,
        expires: Math.floor(ends / 1_000),
      })),
    };
  }

  async #toUsers(rows: readonly UserRow[]): Promise<User[]> {
    const names = rows.map(({ name }) => name);
    if (names.length === 0) return [];
    const [sessions, connections] = await Promise.all([this.#sessionsOf(names), this.#options.connectionsOf(names)]);
    return rows.map(({ name, roles, disabled, created_at: createdAt }) => {
      const { active = 0, seenAt } = sessions.get(name) ?? {};
      return {
        user: name,
        roles: [...parseRoles(roles)],
        disabled: disabled !== 0,
        createdAt,
        ...(seenAt === undefined ? {} : { seenAt }),
        sessions: active,
        connections: connections.get(name) ?? 0,
      };
    });
  }

  /** The number of active sessions of each user, and the last use of any session that is still stored. */
  async #sessionsOf(
    users: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly active: number; readonly seenAt: number }>> {
    const at = this.#options.now();
    const active = sql<number>`count(CASE WHEN ended_at IS NULL AND expires_at > ${at}
      AND last_seen_at > ${at - this.#options.idleMs} THEN 1 END)`;
    const rows = await this.#db
      .selectFrom('sessions')
      .select(({ fn }) => ['user_name', active.as('active'), fn.max('last_seen_at').as('seen_at')])
      .where('user_name', 'in', users)
      .groupBy('user_name')
      .execute();
    return new Map(rows.map((row) => [row.user_name, { active: row.active, seenAt: row.seen_at }]));
  }
}
