import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../process.ts';
import type { ServiceReply, ServiceRequest } from './services-main.ts';

/** A Redis or PostgreSQL server in a child process. */
interface Service {
  readonly ask: (request: ServiceRequest) => Promise<ServiceReply>;
  readonly end: () => Promise<void>;
}

/** Starting PostgreSQL includes the recovery after a kill. */
const timeoutMs = 120_000;

async function startService(kind: 'postgres' | 'redis', settings: readonly string[]): Promise<Service> {
  const args = ['--conditions=@usher/source', join(import.meta.dirname, 'services-main.ts'), kind, ...settings];
  const child = await startChild(process.execPath, args, { name: kind });
  let previous: Promise<unknown> = Promise.resolve();
  return {
    // One request at a time, because replies have no ids.
    ask(request) {
      const reply = previous.then(async () => (await child.ask(request, timeoutMs)) as ServiceReply);
      previous = reply.catch(() => undefined);
      return reply;
    },
    end: () => child.end(),
  };
}

export interface PostgresService {
  /** The id of PostgreSQL's main process. */
  readonly pid: number;
  /** Creates a database and returns its URL. With `template`, the URL of a database that is not in use, it is a copy. */
  newDatabase(template?: string): Promise<string>;
  end(): Promise<void>;
}

/**
 * Starts a PostgreSQL server with `fsync=on`, so that an acknowledged message is on the disk. Statements are counted in databases
 * with `pg_stat_statements.track=top` only, because counting costs time.
 */
export async function startPostgres(): Promise<PostgresService> {
  const counting = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=none'];
  const service = await startService('postgres', ['fsync=on', ...counting]);
  const { pid } = await service.ask({ ask: 'info' });
  return {
    pid,
    newDatabase: async (template) => (await service.ask({ ask: 'database', template })).url,
    end: service.end,
  };
}

export interface RedisService {
  readonly pid: number;
  readonly url: string;
  /** Kills Redis, and resolves when a new process without data accepts connections on the same port. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** Starts a Redis server on a TCP port of 127.0.0.1, without persistence. */
export async function startRedis(): Promise<RedisService> {
  const port = String(await freePort());
  const service = await startService('redis', ['--bind', '127.0.0.1', '--port', port]);
  let info = await service.ask({ ask: 'info' });
  return {
    get pid() {
      return info.pid;
    },
    url: info.url,
    async restart() {
      info = await service.ask({ ask: 'restart' });
    },
    end: service.end,
  };
}

/** Resolves to a TCP port that no process listens on. Redis cannot choose one itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system assigned no port');
  return address.port;
}
