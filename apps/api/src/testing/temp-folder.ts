import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates a temporary directory that is deleted after the test. Register the cleanup of its users later, so that it runs first. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
