import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ServerProcess } from './server-process.ts';

/** How long several servers may take to find each other, in milliseconds. */
const readyMs = 30_000;

/** The `redis-server` processes of a Redis Cluster or of a Sentinel deployment, on TCP ports of 127.0.0.1. They store no data on disk. */
export class RedisProcesses {
  readonly #folder = mkdtempSync(join(tmpdir(), 'usher-redis-'));
  readonly #processes = new Map<number, ServerProcess>();

  /** Starts a server on a port. Its folder, which contains the addresses of the other servers, is kept for a second `start` after `end`. */
  async start(port: number, settings: readonly string[]): Promise<void> {
    const folder = join(this.#folder, String(port));
    mkdirSync(folder, { recursive: true });
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
    await this.#start(port, [...fixed, ...settings], 'to accept connections');
  }

  /** Starts a Sentinel on a port. It rewrites its configuration file, so it needs one. */
  async startSentinel(port: number, configuration: readonly string[]): Promise<void> {
    const file = join(this.#folder, `sentinel-${port}.conf`);
    writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${this.#folder}`, ...configuration, ''].join('\n'));
    await this.#start(port, [file, '--sentinel'], '+monitor');
  }

  async #start(port: number, args: readonly string[], ready: string): Promise<void> {
    const hint = 'install it (Debian: apt-get install redis-server)';
    this.#processes.set(port, await ServerProcess.start({ command: 'redis-server', args, ready, hint }));
  }

  /** Sends one command to the server on a port. */
  async command(port: number, name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Repeats a command until its reply contains a text. */
  async until(port: number, text: string, name: string, ...args: readonly (string | number)[]): Promise<void> {
    const deadline = performance.now() + readyMs;
    for (;;) {
      const reply = JSON.stringify(await this.command(port, name, ...args));
      if (reply.includes(text)) return;
      if (performance.now() > deadline) throw new Error(`${name} on ${port} never replied "${text}": ${reply}`);
      await delay(20);
    }
  }

  /** Kills the server on a port with SIGKILL. */
  async kill(port: number): Promise<void> {
    await this.#processes.get(port)?.end('SIGKILL');
  }

  /** Kills all servers and removes their folders. */
  async stop(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((port) => this.kill(port)));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
