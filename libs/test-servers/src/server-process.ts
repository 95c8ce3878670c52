import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** How long a server may take to accept its first connection, in milliseconds. */
const startMs = 20_000;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The text in its output that reports that it accepts connections. */
  readonly ready: string;
  /** What to do if the command does not exist. */
  readonly hint: string;
  readonly options?: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'>;
}

/** A server in a child process. */
export class ServerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the command. Rejects with its output if it ends or is not ready in time. */
  static async start({ command, args, ready, hint, options }: ServerCommand): Promise<ServerProcess> {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`${command} is not ready after ${startMs} ms:\n${output}`));
        }, startMs);
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => {
            // After the start, the output is read but not kept.
            if (timer === undefined) return;
            output += text;
            if (output.includes(ready)) resolve();
          });
        }
        child.once('error', (error) => {
          reject(new Error(`${command} could not be started: ${hint}`, { cause: error }));
        });
        child.once('exit', (code) => {
          reject(new Error(`${command} ended with ${String(code)}:\n${output}`));
        });
      });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
      timer = undefined;
    }
    return new ServerProcess(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}
