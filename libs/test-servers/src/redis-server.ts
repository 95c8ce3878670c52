import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ServerProcess } from './server-process.ts';

/**
 * A real `redis-server` process for tests. It listens on a Unix socket in a temporary folder and stores nothing on disk, so after a
 * restart Redis has lost all data.
 */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'usher-redis-'));
  readonly #settings: readonly string[];
  readonly #clients = new Set<Redis>();
  #process: ServerProcess | undefined;

  private constructor(settings: readonly string[]) {
    this.#settings = settings;
  }

  /**
   * Starts a server.
   *
   * @param settings additional command-line settings, such as `['--maxmemory', '2mb']`
   * @throws Error if `redis-server` is not installed or does not start
   */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(settings);
    await server.start();
    return server;
  }

  /** The path of the Unix socket. It stays the same after a restart. */
  get socketPath(): string {
    return join(this.#folder, 'redis.sock');
  }

  /** The process id; 0 while the server is not running. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts the server again after `kill`, without data. */
  async start(): Promise<void> {
    const fixed = ['--port', '0', '--unixsocket', this.socketPath, '--save', '', '--appendonly', 'no'];
    this.#process = await ServerProcess.start({
      command: 'redis-server',
      args: [...fixed, '--dir', this.#folder, ...this.#settings],
      ready: 'ready to accept connections',
      hint: 'install it (Debian: apt-get install redis-server)',
    });
  }

  /** Creates a client that does not queue commands while it is disconnected. Call `connect()` on it. Closed by `stop`. */
  client({ commandTimeout = 2_000 }: { readonly commandTimeout?: number } = {}): Redis {
    const client = new Redis({
      path: this.socketPath,
      commandTimeout,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
      // ioredis would ignore the rejection if the connection is lost while it subscribes again.
      autoResubscribe: false,
      lazyConnect: true,
    });
    // The tests observe rejected commands. Without a listener, a lost connection would end the process.
    client.on('error', () => undefined);
    this.#clients.add(client);
    return client;
  }

  /** Kills the server with SIGKILL. All data is lost. */
  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }

  /** Stops the process without ending it (SIGSTOP): connections stay open, but it does not reply. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  /** Continues after `pause`. */
  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  /** Closes the clients, ends the server and removes its folder. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
