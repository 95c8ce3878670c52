import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder that holds a database with the demo people. */
    demoDatabase: string;
  }
}

/**
 * Vitest's global setup: hashing the demo people's passwords is half of what an app's first start costs, so one start serves
 * all tests. It is a process of its own, since our packages are resolved to their sources there.
 */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'usher-first-'));
  execFileSync(process.execPath, [
    '--conditions=@usher/source',
    join(import.meta.dirname, 'create-demo-database.ts'),
    folder,
  ]);
  project.provide('demoDatabase', folder);
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
