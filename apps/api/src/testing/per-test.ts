import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** Creates a temporary directory that is deleted after the test. Register the cleanup of its users later, so that it runs first. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Replaces `Date.now` with a manual clock until the test ends. Timers are not affected. */
export function clock(): { readonly now: () => number; readonly advance: (ms: number) => void } {
  const start = Date.now();
  let ahead = 0;
  const now = (): number => start + ahead;
  const spy = vi.spyOn(Date, 'now').mockImplementation(now);
  onTestFinished(() => {
    spy.mockRestore();
  });
  return {
    now,
    advance: (ms) => {
      ahead += ms;
    },
  };
}
