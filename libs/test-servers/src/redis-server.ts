import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** How long a server may take to accept its first connection, in milliseconds. */
const startMs = 10_000;

/**
 * A real `redis-server` process for tests. It listens on a Unix socket in a temporary folder and stores nothing on disk, so a restart
 * is a Redis that has lost all data.
 */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'usher-redis-'));
  readonly #settings: readonly string[];
  readonly #clients = new Set<Redis>();
  #process: ChildProcess | undefined;

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

  /** Starts the server again after `kill`, without data. */
  async start(): Promise<void> {
    const fixed = ['--port', '0', '--unixsocket', this.socketPath, '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...fixed, '--dir', this.#folder, ...this.#settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const listening = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`redis-server did not start within ${startMs} ms:\n${output}`));
      }, startMs);
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (output.includes('ready to accept connections')) {
            clearTimeout(timer);
            resolve();
          }
        });
      }
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(
          new Error('redis-server could not be started: install it (Debian: apt-get install redis-server)', {
            cause: error,
          }),
        );
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`redis-server ended with ${String(code)}:\n${output}`));
      });
    });
    this.#process = child;
    await listening;
  }

  /** Connects a client that fails quickly and does not queue commands while it is disconnected. Closed by `stop`. */
  connect({ commandTimeout = 2_000 }: { readonly commandTimeout?: number } = {}): Redis {
    const client = new Redis({
      path: this.socketPath,
      commandTimeout,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
      lazyConnect: true,
    });
    // The tests observe rejected commands. Without a listener, a lost connection would end the process.
    client.on('error', () => undefined);
    this.#clients.add(client);
    return client;
  }

  /** Kills the server with SIGKILL. All data is lost. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops the process without ending it (SIGSTOP): connections stay open and nothing answers. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Continues after `pause`. */
  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Closes the clients, ends the server and removes its folder. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.#end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
