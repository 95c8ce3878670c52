/** Programs that a test starts, writes to and reads from. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long to wait for an output or an exit, in milliseconds. */
const deadlineMs = 60_000;

/** One started program with its output. */
class Program {
  #child;
  #output = '';
  #exited;
  #listeners = new Set();

  constructor(args, { cwd, env = {} }) {
    // Colors would be part of the output.
    this.#child = spawn(process.execPath, args, { cwd, env: { ...process.env, FORCE_COLOR: '0', ...env } });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
        for (const listener of this.#listeners) listener();
      });
    }
    this.#exited = once(this.#child, 'close');
  }

  /** Everything that the program has printed. */
  get output() {
    return this.#output;
  }

  /** Sends a line to the standard input. */
  write(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends the standard input, and resolves to the exit code. */
  async end() {
    this.#child.stdin.end();
    const [code] = await this.#exited;
    return code;
  }

  /** Resolves to the match in the output so far, or rejects with that output when the program ends without it, or too late. */
  prints(pattern) {
    return new Promise((resolve, reject) => {
      const fail = (reason) => {
        this.#listeners.delete(check);
        clearTimeout(timer);
        reject(new Error(`${reason} without ${pattern}:\n${this.#output}`));
      };
      const check = () => {
        const match = pattern.exec(this.#output);
        if (match === null) return;
        this.#listeners.delete(check);
        clearTimeout(timer);
        resolve(match);
      };
      const timer = setTimeout(fail, deadlineMs, 'no output');
      this.#listeners.add(check);
      void this.#exited.then(() => {
        check();
        if (this.#listeners.has(check)) fail('exit');
      });
      check();
    });
  }

  /** Sends SIGTERM, and SIGKILL if the program does not end in time. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), deadlineMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

/** Starts a program of Node. */
export const start = (args, options) => new Program(args, options);

/** Starts a server on a free port of 127.0.0.1, and resolves to it with its URL. */
export async function startServer(args, { env, ...options }) {
  const program = start(args, { ...options, env: { ...env, PORT: '0' } });
  try {
    const [, port] = await program.prints(/listening (?:at|on) .*?(?:127\.0\.0\.1:|port: )(\d+)/);
    return { program, url: `http://127.0.0.1:${port}` };
  } catch (error) {
    await program.stop();
    throw error;
  }
}
