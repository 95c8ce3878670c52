import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of one's own that is gone after the test. Hand what uses it to `onTestFinished` later, so that it ends before. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
