import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { type Config, ConfigError } from '../config/config.ts';
import type { Tables } from '../database/schema.ts';
import { addRoom } from '../database/new-room.ts';
import { demoPassword, demoUsers } from './demo-accounts.ts';
import { weaknessOf } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import { isReserved, type NewUser, Users } from './users.ts';

const origin = { network: 'start', priority: 'sign-in' } as const;

/**
 * Creates the configured administrator and demo users in an empty database, in one transaction. Does not change a database that has
 * users, but logs a warning if `ADMIN_USER` is not an administrator there.
 *
 * @throws ConfigError when the administrator's name is reserved or the password is easy to guess.
 */
export async function createInitialUsers(
  db: Kysely<Tables>,
  config: Pick<Config, 'admin' | 'demoUsers'>,
  passwords: Passwords,
  now: () => number,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<void> {
  const existing = new Users(db, now);
  if (!(await existing.empty())) {
    if (config.admin === undefined) return;
    const user = await existing.find(config.admin.user);
    if (user?.roles.includes('admin') !== true) {
      log.warn(
        { user: config.admin.user },
        'ADMIN_USER is ignored: the database already has users, and the administrator is created in an empty database only',
      );
    }
    return;
  }
  const newUsers: NewUser[] = [];
  // The operator's administrator comes first: if a demo user has the same name, the operator's account wins.
  if (config.admin !== undefined) {
    const { user, password } = config.admin;
    if (isReserved(user)) throw new ConfigError([`invalid ADMIN_USER: must not be "${user}", which is reserved`]);
    const weakness = await weaknessOf(password, user);
    if (weakness !== undefined)
      throw new ConfigError([`invalid ADMIN_PASSWORD: must not be easy to guess, but it ${weakness}`]);
    newUsers.push({ name: user, passwordHash: await passwords.hash(password, origin), roles: ['admin'] });
  }
  if (config.demoUsers) {
    for (const { name, roles } of demoUsers) {
      newUsers.push({ name, passwordHash: await passwords.hash(demoPassword, origin), roles, demoPassword: true });
    }
  }
  await db.transaction().execute(async (transaction) => {
    const users = new Users(transaction, now);
    for (const user of newUsers) await users.add(user);
    if (!config.demoUsers) return;
    const shared = { private: false, createdBy: 'admin', everyone: true };
    await addRoom(transaction, { room: 'general', title: 'General', ...shared }, now());
    await addRoom(transaction, { room: 'random', title: 'Random', ...shared }, now());
  });
}
