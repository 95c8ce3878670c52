import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How often a second 4 KiB can be appended and made durable, on the disk where the server's data are too. */
export function syncsPerSecond(forMs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
  try {
    const file = openSync(join(folder, 'log'), 'a');
    const page = Buffer.alloc(4096, 'x');
    const begun = performance.now();
    let syncs = 0;
    while (performance.now() - begun < forMs) {
      writeSync(file, page);
      fdatasyncSync(file);
      syncs += 1;
    }
    const tookMs = performance.now() - begun;
    closeSync(file);
    return (syncs * 1_000) / tookMs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
