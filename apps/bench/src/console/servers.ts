import { createAccounts } from '../accounts.ts';
import { startPostgres, startRedis } from '../cluster/services.ts';
import { startMeter, type Usage } from '../load/meter.ts';
import { type RunningServer, startServer, usherSettings } from '../server.ts';

export interface ServersOptions {
  /** 1: an embedded database. More: one PostgreSQL and one Redis for all nodes. */
  readonly nodes: number;
  readonly users: number;
  /** Refusals that each node keeps. */
  readonly refusals: number;
}

/** The measured servers. */
export interface Servers {
  readonly nodes: readonly RunningServer[];
  /** Access tokens, one per session. */
  readonly tokens: readonly string[];
  /** Starts a measurement of the CPU time of the nodes, and of Redis and PostgreSQL. The returned function ends it. */
  meter(): () => Usage;
}

/** Creates the users and starts the nodes. They end with this process. */
export async function startServers({ nodes: count, users, refusals }: ServersOptions): Promise<Servers> {
  const kept = { ...usherSettings, REFUSALS_KEPT: String(refusals) };
  if (count === 1) {
    const accounts = await createAccounts(users);
    const server = await startServer({ data: accounts.data, env: { ...kept, JWT_SECRET: accounts.secret } });
    return serversOf([server], accounts.tokens, {});
  }
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const url = await postgres.newDatabase();
  const accounts = await createAccounts(users, url);
  const env = { ...kept, JWT_SECRET: accounts.secret, DATABASE_URL: url, REDIS_URL: redis.url };
  const nodes = await Promise.all(Array.from({ length: count }, () => startServer({ env })));
  return serversOf(nodes, accounts.tokens, { Redis: redis.pid, PostgreSQL: postgres.pid });
}

function serversOf(
  nodes: readonly RunningServer[],
  tokens: readonly string[],
  services: Readonly<Record<string, number>>,
): Servers {
  return { nodes, tokens, meter: () => startMeter(() => ({ nodes: nodes.map(({ pid }) => pid), services })) };
}
