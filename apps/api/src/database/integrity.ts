import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from '@usher/realtime';
import { resultCode } from './sqlite-values.ts';
import type { StorageHealth } from './storage-health.ts';

/** The database file is corrupt. */
export class DatabaseDamaged extends Error {
  override readonly name = 'DatabaseDamaged';

  constructor(file: string, detail: string) {
    super(
      `DATA_DIR: ${file} is damaged (${detail.replaceAll(/\s+/g, ' ')}). Keep a copy of the directory, then restore a backup or recover the file ` +
        `(sqlite3 ${file} .recover)`,
    );
  }
}

/** Files up to this size are checked before startup, which takes about half a second. Larger files are checked in the background. */
export const checkedAtStartBytes = 16 * 1024 * 1024;
/** Maximum duration of the background check. The check holds a snapshot, and the write-ahead log grows meanwhile. */
const maxCheckMs = 10 * 60_000;

/** @throws DatabaseDamaged */
export function checkNow(sqlite: DatabaseSync, file: string): void {
  const detail = String(sqlite.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  if (detail !== 'ok') throw new DatabaseDamaged(file, detail);
}

/** Whether an error of `node:sqlite` means that the file is corrupt or not a database. */
export function isDamageError(error: unknown): error is Error {
  return [11, 26].includes(resultCode(error));
}

/**
 * Checks a large file in a child process. Reports a damaged file to `health`, which then rejects all writes. Returns a function that
 * cancels the check.
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
    { timeout: maxCheckMs, killSignal: 'SIGKILL' },
    (error, output, errors) => {
      if (ended) return;
      if (output === 'ok') {
        log.info({ mb, seconds: Math.round((performance.now() - startedAt) / 1_000) }, 'the database is intact');
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
