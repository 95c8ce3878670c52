import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { type Config, ConfigError } from '../config/config.ts';
import { isLoopbackUrl, listeningUrl } from '../config/origins.ts';
import type { Tables } from '../database/schema.ts';
import type { Passwords } from './passwords.ts';

export const demoPassword = 'secret';

/** The accounts that `DEMO_USERS=true` creates. */
export const demoUsers: readonly { readonly name: string; readonly roles: readonly string[] }[] = [
  { name: 'maggie', roles: [] },
  { name: 'bart', roles: [] },
  { name: 'lisa', roles: [] },
  { name: 'admin', roles: ['admin'] },
];

/**
 * Prevents the use of accounts with the demo password from the network. Called at startup.
 * Only logs a warning if the server has no `PUBLIC_URL` but listens on a wildcard address.
 *
 * @throws ConfigError when `PUBLIC_URL` is not a loopback address and such an account is enabled.
 */
export async function refuseDemoAccounts(
  db: Kysely<Tables>,
  config: Pick<Config, 'host' | 'publicUrl'>,
  passwords: Passwords,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<void> {
  if (isLoopbackUrl(config.publicUrl ?? listeningUrl(config, 80)) && !isWildcard(config.host, config.publicUrl)) return;
  const accounts = await enabledDemoAccounts(db, passwords);
  if (accounts.length === 0) return;
  if (config.publicUrl === undefined) {
    log.warn(
      { users: accounts, host: config.host },
      'accounts with the demo password can be used from the network: change their passwords or disable them',
    );
    return;
  }
  throw new ConfigError([
    `invalid PUBLIC_URL: must be a loopback address while these accounts have the demo password: ${accounts.join(', ')}. ` +
      'Start without PUBLIC_URL on loopback, change their passwords or disable them, then start again. ' +
      'docs/deploying.md shows the commands. Without data to keep, choose an empty DATA_DIR instead',
  ]);
}

/** A wildcard address accepts connections from every network. With a loopback `PUBLIC_URL` the operator has declared the server local. */
function isWildcard(host: string, publicUrl: string | undefined): boolean {
  return publicUrl === undefined && (host === '0.0.0.0' || host === '::');
}

/** Returns the names of enabled accounts with the demo password. Verifies a hash only if the result is not stored yet. */
async function enabledDemoAccounts(db: Kysely<Tables>, passwords: Passwords): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('users')
    .select(['name', 'password_hash', 'demo_password'])
    .where('disabled', '=', 0)
    .where((is) => is.or([is('demo_password', 'is', null), is('demo_password', '=', 1)]))
    .orderBy('name')
    .execute();
  const accounts: string[] = [];
  for (const { name, password_hash: hash, demo_password: known } of rows) {
    const isDemo =
      known === null ? await passwords.verify(hash, demoPassword, { network: 'start', priority: 'sign-in' }) : true;
    if (isDemo) accounts.push(name);
    if (known !== null) continue;
    await db
      .updateTable('users')
      .set({ demo_password: isDemo ? 1 : 0 })
      .where('name', '=', name)
      .execute();
  }
  return accounts;
}
