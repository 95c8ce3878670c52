import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process of ours that told over its channel that it is ready. */
export interface Child {
  readonly pid: number;
  /** What it said where it listens; '' for one that listens nowhere. */
  readonly url: string;
  /** Sends a message and resolves to the next one that comes back; rejects when it ends or takes longer than `limitMs`. */
  ask(message: object, limitMs: number): Promise<unknown>;
  /** Ends it: asked first, killed after five seconds. Doing it again does no harm. */
  end(): Promise<void>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The file that gets what it writes to standard output; nobody does unless told. */
  readonly output?: string | undefined;
  /** For messages of errors. */
  readonly name: string;
}

const readyWithinMs = 30_000;
const graceMs = 5_000;
const running = new Set<Child>();

/**
 * Starts a program that says `{type: 'ready', url?}` over its channel and that ends by itself when the channel goes, so that
 * nothing is left behind however this process ends.
 *
 * @throws Error when it ends, or says nothing for half a minute, before it is ready.
 */
export async function startChild(command: string, args: readonly string[], options: ChildOptions): Promise<Child> {
  const output = options.output === undefined ? 'ignore' : openSync(options.output, 'a');
  const process_ = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...options.env },
    stdio: ['ignore', output, 'inherit', 'ipc'],
    // What Node and Bun both speak.
    serialization: 'json',
  });
  if (output !== 'ignore') closeSync(output);
  let gone = false;
  const exited = once(process_, 'exit').then(
    () => undefined,
    () => undefined,
  );
  void exited.then(() => {
    gone = true;
    running.delete(child);
  });

  function next(limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        process_.off('message', heard).off('exit', ended).off('error', failed);
      };
      const heard = (message: unknown): void => {
        done();
        resolve(message);
      };
      const failed = (error: Error): void => {
        done();
        reject(error);
      };
      const ended = (code: number | null, signal: string | null): void => {
        failed(new Error(`${options.name} ended with ${String(code ?? signal)}`));
      };
      const timer = setTimeout(() => {
        failed(new Error(`${options.name} took longer than ${limitMs / 1_000} s`));
      }, limitMs);
      process_.on('message', heard).on('exit', ended).on('error', failed);
      if (gone) ended(process_.exitCode, process_.signalCode);
    });
  }

  const child: Child & { url: string } = {
    pid: process_.pid ?? 0,
    url: '',
    ask(message, limitMs) {
      const answer = next(limitMs);
      if (!gone) process_.send(message);
      return answer;
    },
    async end() {
      if (gone) return;
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

/** Ends every child that still runs. */
export async function endAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.end()));
}

/**
 * Runs a command of the bench, and ends this process, its children and its temporary folder with it, however it goes.
 *
 * @param work gets that folder, and a signal that tells when the run is being ended
 */
export async function runBench(work: (folder: string, signal: AbortSignal) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
  // Whatever is temporary lies in there, here and in the children.
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
    // A run that was ended loses its children, and whatever waited for them says so.
    if (ending.signal.aborted) return;
    process.stderr.write(`${reasonOf(error)}\n`);
    await end(1);
  }
}

/** Notes for whoever sits at the terminal, with the seconds since this was called. */
export function startNotes(): (text: string) => void {
  const begun = performance.now();
  return (text) => {
    process.stderr.write(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
}

/** The message of an error and of its cause, because `fetch failed` alone is not informative. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
