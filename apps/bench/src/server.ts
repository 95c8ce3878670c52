import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './process.ts';

/** The settings of the measured server: all limits are on, and too high for the load to reach them. */
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
  // Longer than any measurement, because the peers have no heartbeats either.
  HEARTBEAT_MS: '600000',
  HEARTBEAT_GRACE_MS: '600000',
};

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Stops the server. Deletes its data folder unless the caller set it. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The data folder. Defaults to a temporary folder. */
  readonly folder?: string;
  /** A folder whose content is copied to the data folder. */
  readonly data?: string | undefined;
  /** The file for its log. Defaults to no log. */
  readonly output?: string | undefined;
  /** Options of Node. */
  readonly nodeArgs?: readonly string[];
}

/** The path of the workspace. */
export const root = join(import.meta.dirname, '../../..');

/** Starts Usher's server as a separate process on an ephemeral port, with the demo users. */
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
