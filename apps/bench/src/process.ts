import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A child process with an IPC channel. */
export interface Child {
  readonly pid: number;
  /** The URL that the process listens on, or '' if it does not listen. */
  readonly url: string;
  /**
   * Sends a message and resolves to the next message of the child. Rejects if the child exits, or if it neither replies nor reports progress
   * (`{type: 'progress'}`) for `limitMs`.
   */
  ask(message: object, limitMs: number): Promise<unknown>;
  /** Terminates the child: SIGTERM, and SIGKILL after five seconds. Idempotent. */
  end(): Promise<void>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The file for standard output. Defaults to none. */
  readonly output?: string | undefined;
  /** The name for error messages. */
  readonly name: string;
}

/** A node that starts on a busy machine reports no progress. */
const readyWithinMs = 120_000;
const graceMs = 5_000;
const running = new Set<Child>();

/**
 * Starts a process and waits for its message `{type: 'ready', url?}`. The process must exit when its IPC channel closes, so that
 * it ends even if this process is killed.
 *
 * @throws Error if the process exits, or sends no message for two minutes
 */
export async function startChild(command: string, args: readonly string[], options: ChildOptions): Promise<Child> {
  const output = options.output === undefined ? 'ignore' : openSync(options.output, 'a');
  const process_ = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...options.env },
    stdio: ['ignore', output, 'inherit', 'ipc'],
    // Supported by Node and Bun.
    serialization: 'json',
  });
  if (output !== 'ignore') closeSync(output);
  let hasExited = false;
  const exited = once(process_, 'exit').then(
    () => undefined,
    () => undefined,
  );
  void exited.then(() => {
    hasExited = true;
    running.delete(child);
  });

  function next(limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        process_.off('message', received).off('exit', ended).off('error', failed);
      };
      const received = (message: unknown): void => {
        if (isProgress(message)) {
          timer.refresh();
          return;
        }
        done();
        resolve(message);
      };
      const failed = (error: Error): void => {
        done();
        reject(error);
      };
      const ended = (code: number | null, signal: string | null): void => {
        failed(new Error(`${options.name} exited with ${String(code ?? signal)}`));
      };
      const timer = setTimeout(() => {
        failed(new Error(`${options.name} made no progress for ${limitMs / 1_000} s`));
      }, limitMs);
      process_.on('message', received).on('exit', ended).on('error', failed);
      if (hasExited) ended(process_.exitCode, process_.signalCode);
    });
  }

  const child: Child & { url: string } = {
    pid: process_.pid ?? 0,
    url: '',
    ask(message, limitMs) {
      const reply = next(limitMs);
      if (!hasExited) process_.send(message);
      return reply;
    },
    async end() {
      if (hasExited) return;
      process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
  running.add(child);
  try {
    const { url } = (await next(readyWithinMs)) as { readonly url?: string };
    child.url = url ?? '';
    return child;
  } catch (error) {
    await child.end();
    throw error;
  }
}

function isProgress(message: unknown): boolean {
  return (message as { readonly type?: unknown } | null)?.type === 'progress';
}

/** Terminates all running children. */
async function endAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.end()));
}

/**
 * Runs a command of the bench. Afterwards, and on SIGINT, SIGTERM and SIGHUP, terminates all children, deletes the temporary
 * folder and exits.
 *
 * @param work receives the temporary folder and a signal that aborts when the run ends
 */
export async function runBench(work: (folder: string, signal: AbortSignal) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
  // The parent of all temporary files of this process and its children.
  process.env['TMPDIR'] = folder;

  const ending = new AbortController();
  async function end(code: number): Promise<never> {
    ending.abort();
    await endAllChildren();
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!ending.signal.aborted) void end(128 + constants.signals[signal]);
    });
  }
  try {
    await work(folder, ending.signal);
    await end(0);
  } catch (error) {
    // The children were terminated, so every wait for them fails.
    if (ending.signal.aborted) return;
    process.stderr.write(`${reasonOf(error)}\n`);
    await end(1);
  }
}

/** @returns a function that writes progress messages to standard error, with the elapsed seconds */
export function startProgress(): (text: string) => void {
  const startedAt = performance.now();
  return (text) => {
    process.stderr.write(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
}

/** The message of an error and of its cause, because `fetch failed` alone is not informative. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
