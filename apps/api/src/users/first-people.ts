import type { Kysely } from 'kysely';
import { type Config, ConfigError } from '../config/config.ts';
import type { Tables } from '../database/schema.ts';
import { addRoom } from '../rooms/new-room.ts';
import { isCommonPassword } from './password-strength.ts';
import { normalPassword } from './normal-password.ts';
import type { Passwords } from './passwords.ts';
import { createUsers, type NewUser } from './users.ts';

/**
 * Fills an EMPTY database with the administrator and the demo people that the operator asked for, all or nothing.
 * A database that has anybody in it is left as it is.
 *
 * @throws ConfigError when the administrator's password is one of the most common.
 */
export async function addFirstPeople(
  db: Kysely<Tables>,
  config: Pick<Config, 'admin' | 'demoUsers'>,
  passwords: Passwords,
  now: () => number,
): Promise<void> {
  if (!(await createUsers(db, now).empty())) return;
  const people: NewUser[] = [];
  async function invite(name: string, password: string, roles: readonly string[]): Promise<void> {
    people.push({
      name,
      passwordHash: await passwords.hash(password, { network: 'start', priority: 'sign-in' }),
      roles,
    });
  }
  // The operator's own administrator comes first: a name that stands twice is theirs.
  if (config.admin !== undefined) {
    const { user, password } = config.admin;
    if (await isCommonPassword(normalPassword(password))) {
      throw new ConfigError(['ADMIN_PASSWORD: wants a password that is none of the most common ones']);
    }
    await invite(user, password, ['admin']);
  }
  if (config.demoUsers) {
    for (const name of ['maggie', 'bart', 'lisa']) await invite(name, 'secret', []);
    await invite('admin', 'secret', ['admin']);
  }
  await db.transaction().execute(async (transaction) => {
    const users = createUsers(transaction, now);
    for (const person of people) await users.add(person);
    if (!config.demoUsers) return;
    const ours = { private: false, createdBy: 'admin', everyone: true };
    await addRoom(transaction, { room: 'general', title: 'General', ...ours }, now());
    await addRoom(transaction, { room: 'random', title: 'Random', ...ours }, now());
  });
}
