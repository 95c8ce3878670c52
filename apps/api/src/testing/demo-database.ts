import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A directory with a database that has the demo users. */
    demoDatabase: string;
  }
}

/**
 * Global setup of Vitest. Hashing the demo passwords is half the cost of a first start, so all tests copy the database of one start. It
 * runs in a child process, where workspace packages resolve to their sources.
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
