import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAllChildren } from './child.ts';
import { reasonOf } from './reason-of.ts';

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
