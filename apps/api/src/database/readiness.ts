import type { DatabaseSync } from 'node:sqlite';
import type { GroupCommit } from './group-commit.ts';
import type { StorageHealth } from './storage-health.ts';
import type { StorageLimits } from './storage-limits.ts';

export interface ReadinessOptions {
  readonly sqlite: DatabaseSync;
  readonly commit: GroupCommit;
  readonly health: StorageHealth;
  readonly limits: Pick<StorageLimits, 'full' | 'check'>;
  /** Shortest time between two probe writes, in milliseconds. Defaults to 1,000. */
  readonly probeEveryMs?: number;
}

/** Bytes of a probe write: larger than the largest message, so that it needs new pages. */
const probeBytes = 64 * 1024;

/**
 * Returns a function that resolves to whether messages can be stored. After a failed write it performs a probe write, at most once per
 * `probeEveryMs`. Never rejects.
 */
export function createReadiness(options: ReadinessOptions): () => Promise<boolean> {
  const { sqlite, commit, health, limits, probeEveryMs = 1_000 } = options;
  const read = sqlite.prepare('SELECT count(*) FROM write_probe');
  const insert = sqlite.prepare('INSERT INTO write_probe (filling) VALUES (zeroblob(?))');
  const clear = sqlite.prepare('DELETE FROM write_probe');
  let probedAt = -Infinity;
  let probing: Promise<unknown> | undefined;

  function probe(): Promise<unknown> {
    if (probing !== undefined) return probing;
    if (performance.now() - probedAt < probeEveryMs) return Promise.resolve();
    probedAt = performance.now();
    probing = commit
      .run(() => {
        insert.run(probeBytes);
        clear.run();
      })
      .finally(() => {
        probing = undefined;
      });
    return probing;
  }

  return async () => {
    try {
      health.assertFilesInPlace();
      health.assertWritable();
      if (limits.full !== undefined) await limits.check();
      if (health.fault === undefined) read.get();
      else await probe();
    } catch (error) {
      health.failed(error);
    }
    return health.fault === undefined && limits.full === undefined;
  };
}
