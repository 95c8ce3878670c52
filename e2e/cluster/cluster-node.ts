import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreProxy } from './store-proxy.ts';

const root = join(import.meta.dirname, '../..');

/** Shifts the system time that the process sees. */
const shiftedClock = (offsetMs: number): string => `
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args) { if (args.length === 0) super(RealDate.now() + ${offsetMs}); else super(...args); }
    static now() { return RealDate.now() + ${offsetMs}; }
  };
`;

export interface NodeOptions {
  /** The Unix socket of Redis, or the port of a Sentinel. */
  readonly redis: string | { readonly sentinelPort: number };
  readonly postgresSocket: string;
  /** The user and the name of the database: `user@/name` becomes the URL over the proxy of the node. */
  readonly database: { readonly user: string; readonly name: string };
  /** Additional settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** How far the clock of the node is ahead, in milliseconds. Defaults to 0. */
  readonly clockOffsetMs?: number;
}

/** The real server in a separate process, with a proxy to each store. With Sentinel, the proxy is in front of the Sentinel. */
export class ClusterNode {
  readonly redis: StoreProxy;
  readonly postgres: StoreProxy;
  readonly #options: NodeOptions;
  #child: ChildProcess | undefined;
  #url = '';
  /** The last output of the process, for the report of a failure. */
  output = '';

  private constructor(options: NodeOptions, redis: StoreProxy, postgres: StoreProxy) {
    this.#options = options;
    this.redis = redis;
    this.postgres = postgres;
  }

  static async start(options: NodeOptions): Promise<ClusterNode> {
    const proxies = await Promise.all([
      StoreProxy.start(typeof options.redis === 'string' ? options.redis : options.redis.sentinelPort),
      StoreProxy.start(options.postgresSocket),
    ]);
    const node = new ClusterNode(options, ...proxies);
    await node.start();
    return node;
  }

  get url(): string {
    return this.#url;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process, for the first time or after `kill`. Resolves when it accepts connections. */
  async start(): Promise<void> {
    const { redis, database, settings, clockOffsetMs = 0 } = this.#options;
    const clock =
      clockOffsetMs === 0
        ? []
        : ['--import', `data:text/javascript,${encodeURIComponent(shiftedClock(clockOffsetMs))}`];
    const args = [...clock, '--conditions=@usher/source', join(root, 'apps/api/src/main.ts')];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        PORT: this.#url === '' ? '0' : new URL(this.#url).port,
        DATABASE_URL: `postgres://${database.user}@127.0.0.1:${this.postgres.port}/${database.name}`,
        REDIS_URL:
          typeof redis === 'string'
            ? `redis://127.0.0.1:${this.redis.port}`
            : `redis+sentinel://127.0.0.1:${this.redis.port}/usher`,
        JWT_SECRET: 'the same secret on all of the nodes',
        DEMO_USERS: 'true',
        SIGN_UP: 'open',
        LOG_LEVEL: 'warn',
        DRAIN_SECONDS: '0',
        // Most of the start time is compilation.
        NODE_COMPILE_CACHE: join(tmpdir(), 'usher-e2e-compiled'),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-20_000);
      });
    }
    const started = new AbortController();
    try {
      const [message] = (await Promise.race([
        once(child, 'message', started),
        once(child, 'exit', started).then(([code]) => {
          throw new Error(`a node ended with ${String(code)} before it was ready:\n${this.output}`);
        }),
      ])) as [{ readonly url: string }];
      this.#url = message.url;
    } finally {
      started.abort();
    }
  }

  /** Ends the process with SIGTERM: it closes its connections and leaves the cluster. */
  async shutDown(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends the process with SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Suspends the process with SIGSTOP: its connections stay open, but it does not respond. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Continues after `pause`. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Opens the network to both stores again. */
  heal(): void {
    for (const proxy of [this.redis, this.postgres]) {
      proxy.delay(0);
      proxy.set('open');
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }
}
