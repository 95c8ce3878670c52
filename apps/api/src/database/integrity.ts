import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from '@usher/realtime';
import type { StorageHealth } from './storage-health.ts';

/** The file is corrupt: SQLite says so. */
export class DatabaseDamaged extends Error {
  override readonly name = 'DatabaseDamaged';

  constructor(file: string, detail: string) {
    super(
      `DATA_DIR: ${file} is damaged (${detail.replaceAll(/\s+/g, ' ')}). Keep a copy of the folder, then restore a backup or recover the file ` +
        `(sqlite3 ${file} .recover)`,
    );
  }
}

/** Checked before the start: about half a second. A larger file is checked in the background. */
export const checkedAtStartBytes = 16 * 1024 * 1024;
/** The check holds a snapshot, during which the write-ahead log grows. */
const longestCheckMs = 10 * 60_000;

/** @throws DatabaseDamaged */
export function checkNow(sqlite: DatabaseSync, file: string): void {
  const detail = String(sqlite.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  if (detail !== 'ok') throw new DatabaseDamaged(file, detail);
}

/** Whether an error of `node:sqlite` says that the file is corrupt or no database at all. */
export function saysDamaged(error: unknown): error is Error {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return [11, 26].includes(Number(error.errcode) & 0xff);
}

/**
 * Checks a large file in a process of its own. A damaged file is reported to `health`, so that nothing is written any more.
 * Returns a function that ends the check.
 */
export function checkInBackground(file: string, health: StorageHealth, log: Logger): () => void {
  const program = join(import.meta.dirname, 'quick-check.ts');
  const startedAt = performance.now();
  const mb = Math.round(statSync(file).size / 1e6);
  log.info({ mb }, 'checking the database in the background');
  let ended = false;
  const child = execFile(
    process.execPath,
    [program, file],
    { timeout: longestCheckMs, killSignal: 'SIGKILL' },
    (error, output, errors) => {
      if (ended) return;
      if (output === 'ok') {
        log.info({ mb, seconds: Math.round((performance.now() - startedAt) / 1_000) }, 'the database is sound');
      } else if (output !== '' || /malformed|not a database/.test(errors)) {
        health.damaged(new DatabaseDamaged(file, output === '' ? 'malformed' : output));
      } else {
        log.warn({ err: error }, 'the database could not be checked; run: sqlite3 usher.db "PRAGMA quick_check"');
      }
    },
  );
  child.unref();
  return () => {
    ended = true;
    child.kill('SIGKILL');
  };
}
