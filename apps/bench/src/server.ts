import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './process.ts';

/** The real server as it is measured: its limits are on, and so high that the load does not run into them. */
export const usherSettings: Readonly<Record<string, string>> = {
  SENDS_PER_SECOND: '0',
  SIGN_UPS_PER_ADDRESS: '0',
  CALLS_PER_SECOND: '0',
  REQUESTS_PER_SECOND: '0',
  CONNECTS_PER_SECOND: '100000',
  MAX_CONNECTIONS: '100000',
  MAX_CONNECTIONS_PER_USER: '100000',
  TICKET_TTL_SECONDS: '120',
  ACCESS_TOKEN_SECONDS: '86400',
  LEASE_SECONDS: '86400',
  // No measurement lasts as long: heartbeats are off in the peers too.
  HEARTBEAT_MS: '600000',
  HEARTBEAT_GRACE_MS: '600000',
};

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Ends it, and its data unless they are the caller's. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Its data folder, which stays; without it a new one that goes with the server. */
  readonly folder?: string;
  /** What the data folder begins with; it is copied. */
  readonly data?: string;
  /** The file for its log. Defaults to no log. */
  readonly output?: string | undefined;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
}

/** The workspace's folder. */
export const root = join(import.meta.dirname, '../../..');

/** The real server as a process of its own, on a port of its own, with the demo people. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { env = {}, data, nodeArgs = [] } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'usher-bench-')));
  const stopped = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    if (data !== undefined) await cp(data, folder, { recursive: true });
    const args = [...nodeArgs, '--conditions=@usher/source', join(root, 'apps/api/src/main.ts')];
    const child = await startChild(process.execPath, args, {
      name: 'the server',
      cwd: root,
      output: options.output,
      env: {
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: folder,
        DEMO_USERS: 'true',
        LOG_LEVEL: 'warn',
        DRAIN_SECONDS: '0',
        ...env,
      },
    });
    return {
      url: child.url,
      pid: child.pid,
      async stop() {
        await child.end();
        await stopped();
      },
    };
  } catch (error) {
    await stopped();
    throw error;
  }
}
